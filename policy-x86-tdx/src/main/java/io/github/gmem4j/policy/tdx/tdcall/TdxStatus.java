package io.github.gmem4j.policy.tdx.tdcall;

/**
 * What the TDX module answers, in RAX: a status in bits 63:32, a detail in bits 31:0.
 *
 * <p>Bit 63 says error, bit 62 that repeating cannot help. Some statuses are informational: bit 63
 * clear, but not zero, and Linux guests take them for failures. Source: TDX module 1.5.01, {@code
 * tdx_error_codes_defs.h}.
 *
 * @param value the register's value
 */
public record TdxStatus(long value) {
  /** Done. */
  public static final TdxStatus SUCCESS = new TdxStatus(0);

  /** A host interrupt came first; nothing has changed and the call may be repeated. */
  public static final TdxStatus INTERRUPTED_RESTARTABLE = of(0x80000004);

  /** An operand is not acceptable; the detail names it. */
  public static final TdxStatus OPERAND_INVALID = of(0xC0000100);

  /** Somebody else holds a lock; the detail names what is locked. */
  public static final TdxStatus OPERAND_BUSY = of(0x80000200);

  /** A vCPU that entered in the previous TLB epoch has not left since. */
  public static final TdxStatus PREVIOUS_TLB_EPOCH_BUSY = of(0x80000201);

  /** A physical page is not in the state it should be in, free or owned. */
  public static final TdxStatus PAGE_METADATA_INCORRECT = of(0xC0000300);

  /** The TD is alive, or dead, and should not be. */
  public static final TdxStatus LIFECYCLE_STATE_INCORRECT = of(0xC0000607);

  /** The TD has been finalized, or has not, and should not be. */
  public static final TdxStatus OP_STATE_INCORRECT = of(0xC0000608);

  /** A table on the way to the entry is missing. */
  public static final TdxStatus EPT_WALK_FAILED = of(0xC0000B00);

  /** The entry maps nothing. */
  public static final TdxStatus EPT_ENTRY_FREE = of(0xC0000B01);

  /** The entry must be blocked first. */
  public static final TdxStatus GPA_RANGE_NOT_BLOCKED = of(0xC0000B06);

  /** The entry is blocked already; informational, though Linux takes it for a failure. */
  public static final TdxStatus GPA_RANGE_ALREADY_BLOCKED = of(0x00000B07);

  /** Some vCPU may still have the translation in its TLB. */
  public static final TdxStatus TLB_TRACKING_NOT_DONE = of(0xC0000B08);

  /** The children of the entry are not alike, or not contiguous. */
  public static final TdxStatus EPT_INVALID_PROMOTE_CONDITIONS = of(0xC0000B09);

  /** The page was accepted before; informational. The detail is the level of the mapping. */
  public static final TdxStatus PAGE_ALREADY_ACCEPTED = of(0x00000B0A);

  /** The page is mapped at another size. The detail is the level at which the walk ended. */
  public static final TdxStatus PAGE_SIZE_MISMATCH = of(0xC0000B0B);

  /** The entry's state does not allow this. */
  public static final TdxStatus EPT_ENTRY_STATE_INCORRECT = of(0xC0000B0D);

  private static final long DETAIL_MASK = 0xFFFFFFFFL;

  /** What the detail of a status names. */
  public enum Operand {
    /** Register RAX: the number of the call. */
    RAX(0),
    /** Register RCX: the guest physical address and level. */
    RCX(1),
    /** Register RDX. */
    RDX(2),
    /** Register R8: the physical page. */
    R8(8),
    /** Register R9: the source page. */
    R9(9),
    /** The TD's root page. */
    TDR(0x80),
    /** The secure EPT as a whole. */
    SEPT_TREE(0x92),
    /** The TLB epoch. */
    TD_EPOCH(0xA9);

    private final int id;

    Operand(int id) {
      this.id = id;
    }

    /** Returns its number. */
    public int id() {
      return id;
    }
  }

  private static TdxStatus of(int status) {
    return new TdxStatus((long) status << Integer.SIZE);
  }

  /** Returns this status about an operand. */
  public TdxStatus about(Operand operand) {
    return new TdxStatus((value & ~DETAIL_MASK) | operand.id());
  }

  /** Returns this status with a level as its detail. */
  public TdxStatus at(PageSize level) {
    return new TdxStatus((value & ~DETAIL_MASK) | level.code());
  }

  /** Returns bits 31:0. */
  public int detail() {
    return (int) value;
  }

  /** Tells whether this is the same status, whatever the details. */
  public boolean is(TdxStatus other) {
    return (value & ~DETAIL_MASK) == (other.value & ~DETAIL_MASK);
  }

  /** Tells whether the call was carried out: all 64 bits are clear. */
  public boolean succeeded() {
    return value == 0;
  }

  /** Tells whether bit 63 is set. */
  public boolean isError() {
    return value < 0;
  }

  /** Tells whether bit 62 is set: repeating the call cannot help. */
  public boolean isNonRecoverable() {
    return (value & (1L << 62)) != 0;
  }

  @Override
  public String toString() {
    return "TDX status 0x" + Long.toHexString(value);
  }
}
