package io.github.gmem4j.policy.snp.ghcb;

/**
 * The two words that answer an event in the GHCB. EXITINFO1 says whether the GHCB itself was
 * acceptable; the verdict on a page state change is in EXITINFO2.
 *
 * <p>Source: GHCB specification (AMD publication 56421) 4.1.6, Linux 7.3 {@code
 * arch/x86/kvm/svm/sev.c}.
 *
 * @param info1 SW_EXITINFO1
 * @param info2 SW_EXITINFO2
 */
public record ExitInfo(long info1, long info2) {
  /**
   * No error. Not the same as done: the guest looks at {@code cur_entry} and calls again until it
   * has passed {@code end_entry}.
   */
  public static final ExitInfo NONE = new ExitInfo(0, 0);

  /** {@code end_entry} lies outside the buffer. */
  public static final ExitInfo INVALID_HEADER = new ExitInfo(0, 0x1_0000_0001L);

  /** The entry at {@code cur_entry} is not acceptable. */
  public static final ExitInfo INVALID_ENTRY = new ExitInfo(0, 0x1_0000_0002L);

  /** The hypervisor failed on the entry at {@code cur_entry}. There is no code for "busy". */
  public static final ExitInfo FAILED = new ExitInfo(0, 0x100L << 32);

  /** What KVM can do: SNP (bit 0) and the creation of vCPUs by the guest (bit 1). */
  public static final ExitInfo FEATURES = new ExitInfo(0, 0b11);

  private static final long MALFORMED_INPUT = 2;

  /** What is wrong with a GHCB that the hypervisor does not accept. */
  public enum Malformation {
    /** The GHCB's address was not registered. */
    NOT_REGISTERED(1),
    /** The usage field is not 0. */
    INVALID_USAGE(2),
    /** The scratch area lies in the wrong place. */
    INVALID_SCRATCH_AREA(3),
    /** A field that is needed is not marked valid. */
    MISSING_INPUT(4),
    /** A field's value is not acceptable. */
    INVALID_INPUT(5),
    /** The event does not exist for this guest. */
    INVALID_EVENT(6);

    private final int code;

    Malformation(int code) {
      this.code = code;
    }

    /** Returns the value of EXITINFO2. */
    public int code() {
      return code;
    }
  }

  /** Returns the answer to a GHCB that is not acceptable. */
  public static ExitInfo malformed(Malformation what) {
    return new ExitInfo(MALFORMED_INPUT, what.code());
  }

  /** Returns what the guest is to do: bits 31:0 of SW_EXITINFO1, 0 for nothing. */
  public int action() {
    return (int) info1;
  }

  @Override
  public String toString() {
    return "EXITINFO1 0x%x, EXITINFO2 0x%x".formatted(info1, info2);
  }
}
