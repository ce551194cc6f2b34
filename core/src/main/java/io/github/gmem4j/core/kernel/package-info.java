/**
 * The simulated host kernel: which generation of the guest_memfd interface it speaks, and the seams
 * through which time and faults enter it.
 */
package io.github.gmem4j.core.kernel;
