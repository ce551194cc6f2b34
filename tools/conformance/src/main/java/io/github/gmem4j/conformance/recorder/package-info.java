/**
 * The recorder: the VMM that made the recordings. It decides nothing that the kernel decides; it
 * has descriptors, chooses addresses, and answers its guest.
 */
package io.github.gmem4j.conformance.recorder;
