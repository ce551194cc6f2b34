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

/** A policy's VMM seat with the scenario's patience in place of its own. */
record PatientSeat(VmmSeat seat, RetryRule rule) implements VmmSeat {
  static PatientSeat of(VmmSeat seat, Patience patience) {
    RetryRule then =
        switch (patience.then()) {
          case REFUSE -> RetryRule.GIVE_UP;
          case RETRY -> RetryRule.ANSWER_RETRY;
        };
    return new PatientSeat(seat, new RetryRule.Hold(patience.pause(), patience.times(), then));
  }

  @Override
  public Wish wish(Exit exit) {
    return seat.wish(exit);
  }

  @Override
  public RetryRule retryRule(Wish.Convert wish) {
    return rule;
  }

  @Override
  public Reply reply(Wish.Convert wish, Settlement settlement) {
    return seat.reply(wish, settlement);
  }

  @Override
  public ImplicitRule implicitRule() {
    return seat.implicitRule();
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
