/** Where answers of user code come in and are checked. */
package io.github.gmem4j.core.boundary;
