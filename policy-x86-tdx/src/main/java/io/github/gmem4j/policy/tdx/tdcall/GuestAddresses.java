package io.github.gmem4j.policy.tdx.tdcall;

import io.github.gmem4j.api.vm.Gpa;

/**
 * Which addresses a guest may name.
 *
 * @param width how wide guest physical addresses are, which fixes the SHARED bit
 * @param maxPhysicalAddressBits the guest's MAXPHYADDR in bits; below the width, no address with
 *     the SHARED bit is legal
 */
public record GuestAddresses(GuestAddressWidth width, int maxPhysicalAddressBits) {
  /**
   * Tells whether KVM takes an address. The SHARED bit counts as an address bit here. Source: Linux
   * 7.3 {@code arch/x86/kvm/cpuid.h}, {@code kvm_vcpu_is_legal_gpa}.
   */
  public boolean isLegal(long address) {
    return address >>> maxPhysicalAddressBits == 0;
  }

  /**
   * Tells whether the TDX module takes an address as that of a private page: no SHARED bit, and
   * nothing at or above the narrower of GPAW and MAXPHYADDR. Source: TDX module, {@code helpers.c},
   * {@code check_gpa_validity}; module 1.5.01 does not look at MAXPHYADDR yet.
   */
  public boolean isPrivate(Gpa gpa) {
    return gpa.value() >>> Math.min(maxPhysicalAddressBits, width.bits() - 1) == 0;
  }
}
