package org.example.armcca;

import io.github.gmem4j.api.guest.*;
import io.github.gmem4j.api.memory.*;
import io.github.gmem4j.api.vm.GpaRange;

/**
 * A Realm's call to the RMM about its memory, in registers (RMM 1.0; Linux {@code rsi_cmds.h}).
 * Addresses are of the protected half. The top address bit only says which half, so both aliases of
 * a page have one Gpa, without the bit; the kind of an access says which alias it uses.
 *
 * @param function x0
 * @param base x1: the first byte
 * @param top x2: one past the last byte
 * @param ripas x3: 0 for EMPTY, 1 for RAM
 * @param flags x4: {@link #CHANGE_DESTROYED} or 0
 */
public record RsiCall(long function, long base, long top, long ripas, long flags)
    implements GuestCall {
  /** {@code RSI_IPA_STATE_SET} and {@code GET}, which tells how far the state at base reaches. */
  public static final long SET = 0xC4000197L;

  public static final long GET = 0xC4000198L;

  /** Flag: pages that the host destroyed are to change too. */
  public static final long CHANGE_DESTROYED = 1;

  /** One past the protected half of 48 bits; also the bit that makes an alias. */
  public static final long ALIAS = 1L << 47;

  /** Tells whether this is about whole pages of the protected half, and a state to be had. */
  boolean isValid() {
    return Page.isAligned(base | top)
        && 0 <= base
        && base < top
        && top <= ALIAS
        && (function == GET || ripas == 0 || ripas == 1);
  }

  Shareability target() {
    return ripas == 0 ? Shareability.SHARED : Shareability.PRIVATE;
  }

  GpaRange range() {
    return GpaRange.of(base, top - base);
  }

  /**
   * What the Realm finds.
   *
   * @param status x0: 0 if the RMM took the call, whatever came of it
   * @param next x1: the first byte that was not changed, or not looked at
   * @param answer x2: {@link #ACCEPT}, {@link #REJECT}, or the state that was asked for
   */
  public record Result(long status, long next, long answer) implements GuestResult {
    /** Whether the host objected to any of it. */
    public static final long ACCEPT = 0;

    public static final long REJECT = 1;
  }
}
