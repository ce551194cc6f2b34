/** What a recording asks for, operation by operation, checked and typed. */
package io.github.gmem4j.conformance.operation;
