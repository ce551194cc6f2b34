package io.github.gmem4j.testkit.world;

import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.participant.PlannedConversion;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.testkit.asserting.AssertingParticipant;
import java.util.List;
import java.util.Set;

/**
 * What holds in every world while nothing is in flight, as far as it can be seen from outside.
 *
 * <ul>
 *   <li><b>I1</b> The host reaches no page while it is private.
 *   <li><b>I5</b> All views agree: each frame that the platform has given a page is private in the
 *       memory.
 *   <li><b>I6</b> Nothing is lost: once vCPUs, memory and VM are gone, every participant that was
 *       ready has heard of the end, and the platform owns no page.
 * </ul>
 */
public final class Invariants {
  private Invariants() {}

  /**
   * Checks I1 and I5.
   *
   * @throws AssertionError if one does not hold; names it
   */
  public static void check(GuestWorld world) {
    long pages = world.memory().size().wholePages().value();
    for (long page = 0; page < pages; page++) {
      boolean reached =
          world.stateOf(page) == Shareability.PRIVATE
              && world
                  .host()
                  .load(new PageIndex(page).offset(), new byte[1])
                  .equals(HostAccess.DONE);
      hold(!reached, "I1: the host reaches page " + page + ", which is private");
    }
    long firstFrame = GuestWorld.BASE.gfn().value();
    for (Gfn frame : world.platform().mappedFrames()) {
      long page = frame.value() - firstFrame;
      boolean inMemory = page >= 0 && page < pages;
      hold(
          !inMemory || world.stateOf(page) == Shareability.PRIVATE,
          "I5: the platform has given " + frame + " a page, and page " + page + " is shared");
    }
  }

  /**
   * Closes the world and checks I6.
   *
   * @throws AssertionError if it does not hold; names it
   */
  public static void checkEnd(GuestWorld world) {
    world.close();
    for (AssertingParticipant participant : world.participants()) {
      List<PlannedConversion> open = participant.stillReady();
      hold(open.isEmpty(), "I6: " + participant.name() + " is still ready for " + open);
    }
    Set<Long> owned = world.platform().ownedPages();
    hold(owned.isEmpty(), "I6: the platform was not given back pfns " + owned);
  }

  private static void hold(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }
}
