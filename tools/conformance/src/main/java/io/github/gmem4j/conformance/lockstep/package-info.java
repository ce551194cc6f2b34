/** Doing the same operations in two worlds, step by step, and comparing every answer. */
package io.github.gmem4j.conformance.lockstep;
