package io.github.gmem4j.core.softwareprotected;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.policy.RetryRule;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.policy.VmmSeat;
import io.github.gmem4j.api.policy.Wish;
import io.github.gmem4j.api.policy.Wish.Origin;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Reply;
import java.time.Duration;

/**
 * The VMM's side of the plain hypercall. The guest sees the value as it is, so any errno will do.
 */
final class PlainVmmSeat implements VmmSeat {
  /** How long a conversion is tried before the guest is told to ask again. */
  private static final RetryRule RETRY =
      new RetryRule.Hold(Duration.ofMillis(1), 10, RetryRule.ANSWER_RETRY);

  @Override
  public Wish wish(Exit exit) {
    return switch (exit) {
      case Exit.MapGpaRange map -> new Wish.Convert(map.range(), map.target(), Origin.EXPLICIT);
      case Exit.MemoryFault fault when fault.errno() == Errno.EFAULT ->
          new Wish.Convert(fault.range(), fault.access(), Origin.IMPLICIT);
      default -> Wish.NOTHING;
    };
  }

  @Override
  public RetryRule retryRule(Wish.Convert wish) {
    return RETRY;
  }

  @Override
  public Reply reply(Wish.Convert wish, Settlement settlement) {
    if (wish.origin() == Origin.IMPLICIT) {
      return Reply.RESUME;
    }
    return switch (settlement) {
      case Settlement.Fulfilled done -> Reply.Answer.DONE;
      case Settlement.Ready ready -> Reply.Answer.DONE;
      case Settlement.RetryLater later -> Reply.Answer.RETRY;
      case Settlement.GaveUp gaveUp -> Reply.Answer.RETRY;
      case Settlement.Rejected rejected ->
          new Reply.Answer(rejected.outcome().errno().orElse(Errno.EINVAL).number());
      case Settlement.Refused refused -> Reply.Answer.REFUSE;
      case Settlement.Unbacked unbacked -> Reply.Answer.REFUSE;
      case Settlement.Poisoned poisoned -> Reply.Answer.REFUSE;
    };
  }

  /** Nothing keeps a page from a guest that has no say in the kind of its accesses. */
  @Override
  public boolean everyFaultIsStale() {
    return true;
  }
}
