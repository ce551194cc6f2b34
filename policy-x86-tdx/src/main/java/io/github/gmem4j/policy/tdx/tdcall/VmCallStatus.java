package io.github.gmem4j.policy.tdx.tdcall;

/**
 * What the hypervisor answers a {@link VmCall}, in R10.
 *
 * <p>{@link #RETRY} is a small positive number: code that looks at bit 63 alone takes it for
 * success. Source: GHCI; Linux 7.3 {@code arch/x86/include/asm/shared/tdx.h}.
 *
 * @param value the register's value
 */
public record VmCallStatus(long value) {
  /** All of it is done. */
  public static final VmCallStatus SUCCESS = new VmCallStatus(0);

  /** A part is done, possibly none; call again from the address in R11. */
  public static final VmCallStatus RETRY = new VmCallStatus(1);

  /** The operand is not acceptable, or the hypervisor will not do it. */
  public static final VmCallStatus INVALID_OPERAND = new VmCallStatus(1L << 63);

  /** The memory is in use. Defined by the GHCI; KVM never answers it. */
  public static final VmCallStatus GPA_INUSE = new VmCallStatus((1L << 63) | 1);

  /** An address or a size is not aligned. */
  public static final VmCallStatus ALIGN_ERROR = new VmCallStatus((1L << 63) | 2);

  /** The hypervisor does not offer this call. */
  public static final VmCallStatus SUBFUNC_UNSUPPORTED = new VmCallStatus((1L << 63) | 3);

  /** Tells whether bit 63 is set. False for {@link #RETRY} too. */
  public boolean hasErrorBit() {
    return value < 0;
  }

  @Override
  public String toString() {
    return "VMCALL status 0x" + Long.toHexString(value);
  }
}
