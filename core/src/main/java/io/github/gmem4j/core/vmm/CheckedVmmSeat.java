package io.github.gmem4j.core.vmm;

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
import io.github.gmem4j.core.boundary.Answered;
import org.jspecify.annotations.Nullable;

/** A VMM seat whose answers are checked: none may be null. */
record CheckedVmmSeat(VmmSeat seat) implements VmmSeat {
  @Override
  public Wish wish(Exit exit) {
    return checked("wish", seat.wish(exit));
  }

  @Override
  public RetryRule retryRule(Wish.Convert wish) {
    return checked("retryRule", seat.retryRule(wish));
  }

  @Override
  public Reply reply(Wish.Convert wish, Settlement settlement) {
    return checked("reply", seat.reply(wish, settlement));
  }

  @Override
  public ImplicitRule implicitRule() {
    return checked("implicitRule", seat.implicitRule());
  }

  @Override
  public boolean everyFaultIsStale() {
    return seat.everyFaultIsStale();
  }

  @Override
  public Unconverted unconverted(Wish.Convert wish) {
    return checked("unconverted", seat.unconverted(wish));
  }

  @Override
  public AfterPartial afterPartial(Shareability target) {
    return checked("afterPartial", seat.afterPartial(target));
  }

  private <T> T checked(String method, @Nullable T answer) {
    return Answered.by("VMM seat " + seat.getClass().getName(), method, answer);
  }
}
