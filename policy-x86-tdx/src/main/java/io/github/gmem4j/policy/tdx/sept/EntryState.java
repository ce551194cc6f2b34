package io.github.gmem4j.policy.tdx.sept;

/**
 * The states of a secure EPT entry that conversions meet. The states of import and export are left
 * out.
 *
 * <p>Source: TDX module 1.5.01, {@code sept_state_lookup}.
 */
enum EntryState {
  /** Maps nothing. */
  FREE(0, 0x0E),
  /** Points to a table. */
  NL_MAPPED(132, 0x00),
  /** Points to a table and is blocked. */
  NL_BLOCKED(129, 0x08),
  /** A page the guest has accepted, or one of the initial image. */
  MAPPED(4, 0x60),
  /** Was {@link #MAPPED} and is blocked; the content is still there. */
  BLOCKED(1, 0x68),
  /** A page that was added and that the guest has not accepted. */
  PENDING(2, 0x70),
  /** Was {@link #PENDING} and is blocked. */
  PENDING_BLOCKED(3, 0x78);

  private final int number;
  private final int encoding;

  EntryState(int number, int encoding) {
    this.number = number;
    this.encoding = encoding;
  }

  /** Returns the number that error details and exit qualifications show. */
  public int number() {
    return number;
  }

  /** Returns the bits inside the entry. */
  public int encoding() {
    return encoding;
  }

  /** Tells whether a page hangs at the entry. */
  public boolean isLeaf() {
    return switch (this) {
      case FREE, NL_MAPPED, NL_BLOCKED -> false;
      case MAPPED, BLOCKED, PENDING, PENDING_BLOCKED -> true;
    };
  }

  /** Tells whether the entry is blocked. */
  public boolean isBlocked() {
    return switch (this) {
      case NL_BLOCKED, BLOCKED, PENDING_BLOCKED -> true;
      case FREE, NL_MAPPED, MAPPED, PENDING -> false;
    };
  }

  /** Returns the state after a block; itself if it is blocked or free. */
  public EntryState blocked() {
    return switch (this) {
      case NL_MAPPED -> NL_BLOCKED;
      case MAPPED -> BLOCKED;
      case PENDING -> PENDING_BLOCKED;
      case FREE, NL_BLOCKED, BLOCKED, PENDING_BLOCKED -> this;
    };
  }

  /** Returns the state before the block; itself if it is not blocked. */
  public EntryState unblocked() {
    return switch (this) {
      case NL_BLOCKED -> NL_MAPPED;
      case BLOCKED -> MAPPED;
      case PENDING_BLOCKED -> PENDING;
      case FREE, NL_MAPPED, MAPPED, PENDING -> this;
    };
  }
}
