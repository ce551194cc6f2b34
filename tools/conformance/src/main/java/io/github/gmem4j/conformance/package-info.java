/**
 * Replaying recordings of a real kernel: what goes in, what comes out. For people who want to know
 * whether the engine does what the kernel does. Stability: experimental until 1.0.
 */
package io.github.gmem4j.conformance;
