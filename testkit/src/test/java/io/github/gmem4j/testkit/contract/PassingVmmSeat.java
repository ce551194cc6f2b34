package io.github.gmem4j.testkit.contract;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.AfterPartial;
import io.github.gmem4j.api.policy.RetryRule;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.policy.VmmSeat;
import io.github.gmem4j.api.policy.Wish;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Reply;

/** The sound VMM seat; what is broken in it is overridden. */
class PassingVmmSeat implements VmmSeat {
  private final VmmSeat sound = AlteredPolicy.sound().vmm();

  @Override
  public Wish wish(Exit exit) {
    return sound.wish(exit);
  }

  @Override
  public RetryRule retryRule(Wish.Convert wish) {
    return sound.retryRule(wish);
  }

  @Override
  public Reply reply(Wish.Convert wish, Settlement settlement) {
    return sound.reply(wish, settlement);
  }

  @Override
  public AfterPartial afterPartial(Shareability target) {
    return sound.afterPartial(target);
  }
}
