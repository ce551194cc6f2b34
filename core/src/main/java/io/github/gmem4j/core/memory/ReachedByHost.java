package io.github.gmem4j.core.memory;

import io.github.gmem4j.api.policy.HostAttempt;
import io.github.gmem4j.api.policy.HostReach;

/** A reference of the host reaches a page that became private beneath it. */
final class ReachedByHost {
  private ReachedByHost() {}

  /** Asks the page's platforms; whoever does not expose it decides. Under the lock. */
  static HostReach ask(Inode inode, PhysicalPage page, HostAttempt attempt) {
    HostReach reach = HostReach.EXPOSED;
    for (GuestSide guest : inode.guestsOf(page)) {
      HostReach answer = guest.reachedByHost(page, attempt);
      if (!(answer instanceof HostReach.Exposed)) {
        reach = answer;
      }
    }
    return reach;
  }
}
