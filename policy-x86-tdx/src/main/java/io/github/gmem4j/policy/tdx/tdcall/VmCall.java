package io.github.gmem4j.policy.tdx.tdcall;

import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.GpaRange;
import java.util.Set;

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
   * GetTdVmCallInfo: which calls there are beyond those that each hypervisor offers.
   *
   * @param about R12: 0 asks about the GHCI's base, {@link #OPTIONAL_CALLS} about optional ones;
   *     KVM knows no other
   */
  record GetTdVmCallInfo(long about) implements VmCall {
    /** The call's number in R11. */
    public static final long LEAF = 0x10000;

    /** Asks about optional calls. The VMM says which it offers; one that says nothing has none. */
    public static final long OPTIONAL_CALLS = 1;

    /** What R11 to R14 hold then: no bit of any optional call. */
    public static final long NONE = 0;

    @Override
    public long leaf() {
      return LEAF;
    }
  }

  /**
   * ReportFatalError: the guest cannot go on and says so. Whoever calls it does not expect to be
   * run again.
   *
   * @param code R12, what is wrong
   * @param message R13, where a message lies in shared memory if bit 63 of the code is set
   */
  record ReportFatalError(long code, long message) implements VmCall {
    /** The call's number in R11. */
    public static final long LEAF = 0x10003;

    @Override
    public long leaf() {
      return LEAF;
    }
  }

  /**
   * SetupEventNotifyInterrupt: have the VMM raise an interrupt when a quote is ready. As for {@link
   * GetQuote}, the answer is that of a VMM without such a service.
   *
   * @param vector R12, the interrupt's vector, 32 to 255
   */
  record SetupEventNotifyInterrupt(long vector) implements VmCall {
    /** The call's number in R11. */
    public static final long LEAF = 0x10004;

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
    /** {@code KVM_HC_CLOCK_PAIRING} and {@code KVM_HC_SEND_IPI}. */
    private static final Set<Long> NOT_MODELLED = Set.of(9L, 10L);

    /**
     * Checks the number.
     *
     * @throws IllegalArgumentException if it is 0, which makes a GHCI call of it; or 9 or 10, which
     *     KVM serves with clocks and interrupt controllers that this model does not have
     */
    public KvmHypercall {
      if (number == 0) {
        throw new IllegalArgumentException("R10 is 0 for the GHCI's calls, not for KVM's");
      }
      if (NOT_MODELLED.contains(number)) {
        throw new IllegalArgumentException("not modelled: KVM's hypercall " + number);
      }
    }

    @Override
    public long leaf() {
      return a0;
    }
  }

  /**
   * A GHCI call that KVM does not know. Those that it knows have a type of their own here, or are
   * not modelled: CPUID (10), HLT (12), port and memory-mapped I/O (30, 48) and MSRs (31, 32) need
   * what a VM has beside its memory.
   *
   * @param leaf R11, the call's number
   */
  record Other(long leaf) implements VmCall {
    private static final Set<Long> NOT_MODELLED = Set.of(10L, 12L, 30L, 31L, 32L, 48L);

    private static final Set<Long> TYPED =
        Set.of(
            GetTdVmCallInfo.LEAF,
            MapGpa.LEAF,
            GetQuote.LEAF,
            ReportFatalError.LEAF,
            SetupEventNotifyInterrupt.LEAF);

    /**
     * Checks the number.
     *
     * @throws IllegalArgumentException if KVM knows this call
     */
    public Other {
      if (NOT_MODELLED.contains(leaf)) {
        throw new IllegalArgumentException("not modelled: TDG.VP.VMCALL leaf " + leaf);
      }
      if (TYPED.contains(leaf)) {
        throw new IllegalArgumentException(
            "TDG.VP.VMCALL leaf 0x%x has a type of its own".formatted(leaf));
      }
    }
  }

  /** Returns R11: the call's number, or the first operand of a {@link KvmHypercall}. */
  long leaf();
}
