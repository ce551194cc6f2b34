package io.github.gmem4j.api.guest;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.GpaRange;

/**
 * KVM's paravirtual hypercall {@code KVM_HC_MAP_GPA_RANGE}, as it stands in the registers. Source:
 * Linux, {@code Documentation/virt/kvm/x86/hypercalls.rst}.
 *
 * @param number the hypercall's number
 * @param gpa address of the first page
 * @param pages number of 4 KiB pages, unsigned
 * @param attributes bits 3:0 preferred page size, bit 4 set for private
 * @param privilegeLevel the caller's, 0 for the kernel
 */
public record PlainHypercall(long number, long gpa, long pages, long attributes, int privilegeLevel)
    implements GuestCall {
  /** Returns the call that asks for a range to get a state. */
  public static PlainHypercall of(GpaRange range, Shareability target) {
    return new PlainHypercall(
        Exit.MapGpaRange.NUMBER,
        range.start().value(),
        range.size().wholePages().value(),
        target == Shareability.PRIVATE ? Exit.MapGpaRange.PRIVATE : 0,
        0);
  }
}
