/** How guest software asks for page state changes, validates, checks the answers and dies. */
package io.github.gmem4j.policy.snp.guest;
