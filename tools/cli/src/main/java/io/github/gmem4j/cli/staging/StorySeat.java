package io.github.gmem4j.cli.staging;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.AfterPartial;
import io.github.gmem4j.api.policy.ImplicitRule;
import io.github.gmem4j.api.policy.RetryRule;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.policy.Unconverted;
import io.github.gmem4j.api.policy.VmmSeat;
import io.github.gmem4j.api.policy.Wish;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.cli.scenario.Patience;
import io.github.gmem4j.cli.scenario.Scenario;
import java.util.Optional;

/**
 * A policy's VMM seat with the scenario's rules in place of its own.
 *
 * @param seat the policy's
 * @param patience the rule for pages that are held; empty: the policy's
 * @param implicit the rule for accesses of the wrong kind; empty: the policy's
 */
record StorySeat(VmmSeat seat, Optional<RetryRule> patience, Optional<ImplicitRule> implicit)
    implements VmmSeat {
  static StorySeat of(VmmSeat seat, Scenario scenario) {
    return new StorySeat(seat, scenario.patience().map(StorySeat::rule), scenario.implicit());
  }

  private static RetryRule rule(Patience patience) {
    RetryRule then =
        switch (patience.then()) {
          case REFUSE -> RetryRule.GIVE_UP;
          case RETRY -> RetryRule.ANSWER_RETRY;
        };
    return new RetryRule.Hold(patience.pause(), patience.times(), then);
  }

  @Override
  public Wish wish(Exit exit) {
    return seat.wish(exit);
  }

  @Override
  public RetryRule retryRule(Wish.Convert wish) {
    return patience.orElseGet(() -> seat.retryRule(wish));
  }

  @Override
  public Reply reply(Wish.Convert wish, Settlement settlement) {
    return seat.reply(wish, settlement);
  }

  @Override
  public ImplicitRule implicitRule() {
    return implicit.orElseGet(seat::implicitRule);
  }

  @Override
  public boolean everyFaultIsStale() {
    return seat.everyFaultIsStale();
  }

  @Override
  public Unconverted unconverted(Wish.Convert wish) {
    return seat.unconverted(wish);
  }

  @Override
  public AfterPartial afterPartial(Shareability target) {
    return seat.afterPartial(target);
  }
}
