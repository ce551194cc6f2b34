package io.github.gmem4j.policy.pkvm.hvc;

import java.util.Optional;

/**
 * The functions that a guest may name in x0. Only the lower 32 bits of the register count
 * (measured).
 *
 * <p>Source: Linux 7.3 {@code include/linux/arm-smccc.h}, {@code
 * Documentation/virt/kvm/arm/hypercalls.rst}; the Android common kernel for those that mainline
 * does not document.
 */
public enum FunctionId {
  /** Which version of the calling convention; KVM answers. */
  SMCCC_VERSION(0x8000_0000),
  /** Which version of the power interface; KVM answers. */
  PSCI_VERSION(0x8400_0000),
  /** Whose vendor-specific functions these are; KVM answers. */
  UID(0x8600_FF01),
  /** Which functions exist: a bitmap of functions 0 to 127 in x0 to x3. */
  FEATURES(0x8600_0000),
  /** How large a granule of memory is. */
  HYP_MEMINFO(0xC600_0002),
  /** Share memory with the host. */
  MEM_SHARE(0xC600_0003),
  /** Take shared memory back. */
  MEM_UNSHARE(0xC600_0004),
  /** Android: how large a granule of device memory is. */
  MMIO_GUARD_INFO(0xC600_0005),
  /** Android: turn the guard on. */
  MMIO_GUARD_ENROLL(0xC600_0006),
  /**
   * Let device accesses of a granule reach the host. Documented in mainline, whose guest driver
   * makes the call where FEATURES offers it; the hypervisor of Linux 7.3 does not. Android calls it
   * MMIO_GUARD_MAP.
   */
  MMIO_GUARD(0xC600_0007),
  /** Android: the reverse. */
  MMIO_GUARD_UNMAP(0xC600_0008),
  /** Android: give a page to the host for good, as a balloon does. */
  MEM_RELINQUISH(0xC600_0009),
  /** Android: let device accesses of a range reach the host. */
  MMIO_RGUARD_MAP(0xC600_000A),
  /** Android: the reverse. */
  MMIO_RGUARD_UNMAP(0xC600_000B);

  private static final int FIRST_MEMORY_FUNCTION = 0xC600_0000;
  private static final int FUNCTIONS_IN_A_BITMAP = 32;

  private final int id;

  FunctionId(int id) {
    this.id = id;
  }

  /** Returns the function that x0 names, if it is one of these. */
  public static Optional<FunctionId> ofRegister(long x0) {
    for (FunctionId function : values()) {
      if (function.id == (int) x0) {
        return Optional.of(function);
      }
    }
    return Optional.empty();
  }

  /** Returns the value to put into x0: 32 bits, unsigned. */
  public long register() {
    return Integer.toUnsignedLong(id);
  }

  /** Returns the function's bit in the bitmaps of {@link #FEATURES}; 0 if it is in none. */
  long featureBit() {
    int number = this == FEATURES ? 0 : id - FIRST_MEMORY_FUNCTION;
    return number < 0 || number >= FUNCTIONS_IN_A_BITMAP ? 0 : 1L << number;
  }
}
