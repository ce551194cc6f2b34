package io.github.gmem4j.core.vmm;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.PolicyTraits.Converter;
import io.github.gmem4j.api.policy.RetryRule;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.policy.Unconverted;
import io.github.gmem4j.api.policy.VmmSeat;
import io.github.gmem4j.api.policy.Wish;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Reply;

/**
 * Reads every unshare as a wish for the kernel, and map requests as wishes for the VMM.
 *
 * @param retryRule how often and how long to try
 * @param unconverted what it means that pages have not changed
 */
record KernelSeat(RetryRule retryRule, Unconverted unconverted) implements VmmSeat {
  @Override
  public Wish wish(Exit exit) {
    return switch (exit) {
      case Exit.Unshare unshare ->
          new Wish.Convert(
              unshare.range(), Shareability.PRIVATE, Wish.Origin.EXPLICIT, Converter.KVM);
      case Exit.MapGpaRange map ->
          new Wish.Convert(map.range(), map.target(), Wish.Origin.EXPLICIT);
      default -> Wish.NOTHING;
    };
  }

  @Override
  public RetryRule retryRule(Wish.Convert wish) {
    return retryRule;
  }

  @Override
  public Reply reply(Wish.Convert wish, Settlement settlement) {
    return settlement instanceof Settlement.Ready || settlement instanceof Settlement.Fulfilled
        ? Reply.Answer.DONE
        : Reply.Answer.REFUSE;
  }

  @Override
  public Unconverted unconverted(Wish.Convert wish) {
    return unconverted;
  }
}
