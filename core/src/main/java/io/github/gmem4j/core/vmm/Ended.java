package io.github.gmem4j.core.vmm;

import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.core.boundary.Thrown;
import java.time.Duration;
import java.util.List;

/** How a request goes on once everybody who was ready has had the last word. */
sealed interface Ended {
  /** It is over. */
  record Settled(Settlement settlement) implements Ended {}

  /** It is over by an exception, which goes on to the caller; the exit stays open. */
  record ByThrowing(Throwable thrown) implements Ended {}

  /**
   * A participant needs time: from the start again after a pause.
   *
   * @param hint how long it says it needs
   */
  record Later(String participant, Duration hint) implements Ended {}

  /** Something was thrown besides. */
  default Ended andThrown(Throwable thrown) {
    return new ByThrowing(
        this instanceof ByThrowing earlier ? Thrown.together(earlier.thrown(), thrown) : thrown);
  }

  /**
   * Participants have broken their promises: an {@code Error} of theirs, or what was thrown before,
   * goes on to the caller; else the request is settled as poisoned.
   */
  default Ended afterPoison(Settlement.Poisoned poison, List<Broken> broken) {
    Throwable worst = Broken.worst(broken);
    return this instanceof ByThrowing || worst instanceof Error
        ? andThrown(worst)
        : new Settled(poison);
  }
}
