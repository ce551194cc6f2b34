package io.github.gmem4j.api.policy;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Reply;

/**
 * The VMM seat: what userspace decides between two {@code run()} calls. It is mostly data, which
 * the coordinator carries out: how to wait and how long, what to keep after a partial success, what
 * to tell the guest.
 *
 * @implSpec Pure functions, see {@link ConversionPolicy}.
 */
public interface VmmSeat {
  /** Reads an exit: does it ask for a conversion, and of what? */
  Wish wish(Exit exit);

  /** Says how often and how long to try when pages are held or a participant needs time. */
  RetryRule retryRule(Wish.Convert wish);

  /**
   * Says what to tell the guest.
   *
   * @param wish what was asked
   * @param settlement what came of it
   */
  Reply reply(Wish.Convert wish, Settlement settlement);

  /**
   * Says what to do about accesses whose kind differs from the page's.
   *
   * @implSpec The default converts, and stops the VM at {@link ImplicitRule#DEFAULT_LIMIT}
   *     conversions of one page without another in between.
   */
  default ImplicitRule implicitRule() {
    return ImplicitRule.CONVERT;
  }

  /**
   * Says what becomes of the pieces that were converted when a later piece of the same wish cannot
   * be. A wish has several pieces when it spans several slots.
   *
   * @implSpec The default keeps them, since a conversion to shared cannot give contents back.
   */
  default AfterPartial afterPartial(Shareability target) {
    return AfterPartial.KEEP;
  }
}
