package org.example.armcca;

import io.github.gmem4j.api.memory.*;
import io.github.gmem4j.api.policy.*;
import io.github.gmem4j.api.vm.*;
import java.time.Duration;

/**
 * The VMM converts before it runs the vCPU again, in both directions, and answers 0 or an errno.
 * The errno rejects a request or fails an access; the VMM need not know which of them it was.
 */
final class CcaVmmSeat implements VmmSeat {
  @Override
  public Wish wish(Exit exit) {
    // Not counted as touches: a Realm may share and take back one page a hundred times, and what
    // no conversion helps does not come here twice, since KVM fails it.
    return exit instanceof Exit.MemoryFault fault && fault.errno() == Errno.EFAULT
        ? new Wish.Convert(fault.range(), fault.access(), Wish.Origin.EXPLICIT)
        : Wish.NOTHING;
  }

  @Override
  public RetryRule retryRule(Wish.Convert wish) {
    // One second in all, far below any guest's watchdog.
    return new RetryRule.Hold(Duration.ofMillis(5), 200, RetryRule.GIVE_UP);
  }

  @Override
  public Reply reply(Wish.Convert wish, Settlement settlement) {
    // Where no memory is, RAM would only cost the host tables, and EMPTY is true already.
    boolean nothingThere = settlement.equals(new Settlement.Unbacked(true));
    return settlement.equals(Settlement.FULFILLED)
            || nothingThere && wish.target() == Shareability.SHARED
        ? Reply.Answer.DONE
        : Reply.Answer.REFUSE;
  }
}
