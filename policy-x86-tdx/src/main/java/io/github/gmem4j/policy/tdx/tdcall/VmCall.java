package io.github.gmem4j.policy.tdx.tdcall;

import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.GpaRange;

/**
 * TDG.VP.VMCALL: a TDX guest calls its hypervisor. R10 is 0 for the calls of the Guest-Hypervisor
 * Communication Interface (GHCI), whose number is in R11. Every number is as the guest wrote it,
 * unsigned 64 bits and unchecked.
 */
public sealed interface VmCall extends GuestCall {
  /**
   * MapGPA: bring a range into a state.
   *
   * @param start R12, where it begins; its SHARED bit says the direction, set for shared
   * @param length R13, how many bytes
   */
  record MapGpa(long start, long length) implements VmCall {
    /** The call's number in R11. */
    public static final long LEAF = 0x10001;

    /** Returns the call that asks for a range in a state. */
    public static MapGpa of(GpaRange range, Shareability target, GuestAddressWidth width) {
      return new MapGpa(width.tag(range.start(), target), range.size().value());
    }

    @Override
    public long leaf() {
      return LEAF;
    }
  }

  /**
   * GetQuote: have the contents of a shared buffer attested. This policy has no quoting service: it
   * checks what KVM checks and answers SUBFUNC_UNSUPPORTED, the answer of a VMM without one.
   *
   * @param buffer R12, the buffer, with its SHARED bit set
   * @param length R13, its size in bytes
   */
  record GetQuote(long buffer, long length) implements VmCall {
    /** The call's number in R11. */
    public static final long LEAF = 0x10002;

    @Override
    public long leaf() {
      return LEAF;
    }
  }

  /**
   * A call of KVM's own interface, which a TDX guest reaches with a number other than 0 in R10. The
   * result is KVM's, in R10: 0, or a negative errno, or whatever the VMM said.
   *
   * @param number R10, the hypercall's number
   * @param a0 R11; of {@code KVM_HC_MAP_GPA_RANGE} the address, without a SHARED bit
   * @param a1 R12; of {@code KVM_HC_MAP_GPA_RANGE} how many 4 KiB pages
   * @param a2 R13; of {@code KVM_HC_MAP_GPA_RANGE} the attributes
   */
  record KvmHypercall(long number, long a0, long a1, long a2) implements VmCall {
    @Override
    public long leaf() {
      return a0;
    }
  }

  /**
   * Any other GHCI call.
   *
   * @param leaf R11, the call's number
   */
  record Other(long leaf) implements VmCall {}

  /** Returns R11: the call's number, or the first operand of a {@link KvmHypercall}. */
  long leaf();
}
