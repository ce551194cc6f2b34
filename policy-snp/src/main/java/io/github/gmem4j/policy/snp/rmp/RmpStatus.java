package io.github.gmem4j.policy.snp.rmp;

/**
 * What the RMP instructions leave in EAX.
 *
 * <p>Source: AMD64 Architecture Programmer's Manual volume 2, 15.36; Linux {@code
 * arch/x86/include/asm/sev.h}. Early kernel patches had OVERLAP as 7; hardware says 4.
 */
public enum RmpStatus {
  /** Done; with PVALIDATE the carry flag says whether anything changed. */
  SUCCESS(0),
  /** An operand is not acceptable. */
  FAIL_INPUT(1),
  /** The entry is immutable, or the VMPL may not do this. */
  FAIL_PERMISSION(2),
  /** Another processor changes the entry, or the page is the VMSA of a vCPU that runs. */
  FAIL_INUSE(3),
  /** 4 KiB inside an entry of 2 MiB, or 2 MiB over assigned entries of 4 KiB. */
  FAIL_OVERLAP(4),
  /** 2 MiB were asked for and the entry has 4 KiB. */
  FAIL_SIZEMISMATCH(6),
  /** PSMASH of what is not an entry of 2 MiB. */
  FAIL_NOT_SMASHABLE(7);

  private final int code;

  RmpStatus(int code) {
    this.code = code;
  }

  /** Returns the register's value. */
  public int code() {
    return code;
  }

  @Override
  public String toString() {
    return name() + " (" + code + ")";
  }
}
