package io.github.gmem4j.core.vmm;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.AfterPartial;
import io.github.gmem4j.api.policy.ImplicitRule;
import io.github.gmem4j.api.policy.RetryRule;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.policy.VmmSeat;
import io.github.gmem4j.api.policy.Wish;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import java.time.Duration;

/**
 * A VMM seat whose rules a test chooses; wishes and replies are the software-protected policy's.
 *
 * @param retry how often and how long to try
 * @param partial what becomes of converted pieces
 * @param implicit what to do about mismatched accesses
 */
record Rules(RetryRule retry, AfterPartial partial, ImplicitRule implicit) implements VmmSeat {
  private static final VmmSeat BASE = SoftwareProtectedPolicy.create().vmm();

  /** No second try, keep what was converted. */
  static final Rules STRICT = new Rules(RetryRule.GIVE_UP, AfterPartial.KEEP, ImplicitRule.CONVERT);

  Rules with(RetryRule other) {
    return new Rules(other, partial, implicit);
  }

  Rules with(AfterPartial other) {
    return new Rules(retry, other, implicit);
  }

  Rules with(ImplicitRule other) {
    return new Rules(retry, partial, other);
  }

  /** Holds for a millisecond, some times. */
  static RetryRule hold(int attempts, RetryRule then) {
    return new RetryRule.Hold(Duration.ofMillis(1), attempts, then);
  }

  @Override
  public Wish wish(Exit exit) {
    return BASE.wish(exit);
  }

  @Override
  public RetryRule retryRule(Wish.Convert wish) {
    return retry;
  }

  @Override
  public Reply reply(Wish.Convert wish, Settlement settlement) {
    return BASE.reply(wish, settlement);
  }

  @Override
  public AfterPartial afterPartial(Shareability target) {
    return partial;
  }

  @Override
  public ImplicitRule implicitRule() {
    return implicit;
  }
}
