/**
 * A real VM: its slots, its attributes, what belongs to it. For VMM authors. Stability:
 * experimental.
 */
package io.github.gmem4j.backend.kvm.vm;
