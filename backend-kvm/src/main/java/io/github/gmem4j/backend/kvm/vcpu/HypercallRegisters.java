package io.github.gmem4j.backend.kvm.vcpu;

/**
 * A hypercall as it stands in a guest's registers. Source: Linux, {@code
 * Documentation/virt/kvm/x86/hypercalls.rst}.
 *
 * @param number RAX
 * @param first RBX
 * @param second RCX
 * @param third RDX
 * @param fourth RSI
 * @param privilegeLevel the caller's: 0 for the kernel, 3 for a process
 */
public record HypercallRegisters(
    long number, long first, long second, long third, long fourth, int privilegeLevel) {
  /**
   * Checks the privilege level.
   *
   * @throws IllegalArgumentException if it is neither 0 nor 3
   */
  public HypercallRegisters {
    if (privilegeLevel != 0 && privilegeLevel != 3) {
      throw new IllegalArgumentException("64-bit code runs at 0 or 3, not " + privilegeLevel);
    }
  }
}
