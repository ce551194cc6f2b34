package io.github.gmem4j.policy.snp.ghcb;

import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.vm.Gfn;

/**
 * A value of the GHCB MSR (0xC0010130): the address of a GHCB page, or a request or response of the
 * MSR protocol, which needs no page.
 *
 * <p>Source: GHCB specification (AMD publication 56421), Linux {@code
 * arch/x86/include/asm/sev-common.h}.
 *
 * @param value the register
 */
public record GhcbMsr(long value) {
  /** Function: protocol versions and the place of the encryption bit. */
  public static final int SEV_INFORMATION = 0x002;

  /** Function: one register of a CPUID leaf. */
  public static final int CPUID = 0x004;

  /** Function: hold this vCPU until another starts it. */
  public static final int AP_RESET_HOLD = 0x006;

  /** Function: where the hypervisor would like the GHCB to be. */
  public static final int PREFERRED_GPA = 0x010;

  /** Function: this is the vCPU's GHCB. */
  public static final int REGISTER_GPA = 0x012;

  /** Function: what the hypervisor can do. */
  public static final int FEATURES = 0x080;

  /** Function: change one page's state. */
  public static final int PAGE_STATE_CHANGE = 0x014;

  /** Function: the answer to {@link #PAGE_STATE_CHANGE}. */
  public static final int PAGE_STATE_CHANGED = 0x015;

  /** Function: the guest ends itself. */
  public static final int TERMINATE = 0x100;

  /** The page has changed its state. */
  public static final GhcbMsr DONE = new GhcbMsr(PAGE_STATE_CHANGED);

  /**
   * The answer to {@link #SEV_INFORMATION}: versions 1 to 2, and the encryption bit where this
   * model's processor has it, bit 51.
   */
  public static final GhcbMsr SEV_INFORMATION_SAYS =
      new GhcbMsr(2L << 48 | 1L << 32 | 51 << 24 | 0x001);

  /** The answer to {@link #PREFERRED_GPA}: nowhere. */
  public static final GhcbMsr NO_PREFERRED_GPA = new GhcbMsr(-1L << Page.SHIFT | 0x011);

  /** The answer to {@link #FEATURES}, see {@link ExitInfo#FEATURES}. */
  public static final GhcbMsr FEATURES_SAY =
      new GhcbMsr(ExitInfo.FEATURES.info2() << Page.SHIFT | 0x081);

  /** The answer to {@link #AP_RESET_HOLD}: not started by another vCPU. */
  public static final GhcbMsr NOT_STARTED = new GhcbMsr(0x007);

  /** It has not; KVM has one code for every reason. */
  public static final GhcbMsr FAILED = new GhcbMsr(1L << 63 | PAGE_STATE_CHANGED);

  /** Linux ends itself because a page state change failed. */
  public static final GhcbMsr LINUX_PSC_FAILED = terminate(1, 1);

  /** Linux ends itself because PVALIDATE failed or changed nothing. */
  public static final GhcbMsr LINUX_PVALIDATE_FAILED = terminate(1, 2);

  /** Firmware ends itself without saying why. */
  public static final GhcbMsr GENERAL_FAILURE = terminate(0, 0);

  private static final long FUNCTION_MASK = 0xFFF;
  private static final int OPERATION_SHIFT = 52;
  private static final int REASON_SET_SHIFT = 12;
  private static final int REASON_SHIFT = 16;

  /**
   * Returns the request to change one page.
   *
   * @throws IllegalArgumentException if the frame does not fit 40 bits
   */
  public static GhcbMsr pageStateChange(Gfn gfn, PscOperation operation) {
    if (gfn.value() >= PscEntry.GFN_LIMIT) {
      throw new IllegalArgumentException("a request has room for 40 bits of a frame: " + gfn);
    }
    return new GhcbMsr(
        (long) operation.code() << OPERATION_SHIFT | gfn.value() << Page.SHIFT | PAGE_STATE_CHANGE);
  }

  /** Returns the request to end the guest. */
  public static GhcbMsr terminate(int reasonSet, int reason) {
    return new GhcbMsr(
        (long) reason << REASON_SHIFT | (long) reasonSet << REASON_SET_SHIFT | TERMINATE);
  }

  /** Returns the answer to {@link #REGISTER_GPA}: the same page. */
  public GhcbMsr registered() {
    return new GhcbMsr(value & ~FUNCTION_MASK | 0x013);
  }

  /** Returns the answer to {@link #CPUID} of a processor whose leaves are all 0. */
  public GhcbMsr emptyLeaf() {
    return new GhcbMsr(value & 0xFFFF_FFFFL & ~FUNCTION_MASK | 0x005);
  }

  /** Returns bits 11:0; 0 if this is the address of a page. */
  public int function() {
    return (int) (value & FUNCTION_MASK);
  }

  /** Returns the frame of a {@link #PAGE_STATE_CHANGE}: bits 51:12. */
  public Gfn gfn() {
    return new Gfn(value >>> Page.SHIFT & PscEntry.GFN_LIMIT - 1);
  }

  /** Returns the operation of a {@link #PAGE_STATE_CHANGE}: bits 55:52. Bits 63:56 are ignored. */
  public PscOperation operation() {
    return new PscOperation((int) (value >>> OPERATION_SHIFT) & PscOperation.MAX_CODE);
  }

  /** Tells whether this says that a page state change is done: bits 31:12 are not looked at. */
  public boolean saysDone() {
    return function() == PAGE_STATE_CHANGED && value >>> Integer.SIZE == 0;
  }

  @Override
  public String toString() {
    return "GHCB MSR 0x" + Long.toHexString(value);
  }
}
