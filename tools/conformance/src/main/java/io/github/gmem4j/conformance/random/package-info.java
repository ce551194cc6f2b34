/** Makes up sequences of operations from a seed. */
package io.github.gmem4j.conformance.random;
