package io.github.gmem4j.cli.scenario;

import java.time.Duration;

/**
 * How long the VMM tries while pages are held.
 *
 * @param pause how long it holds the vCPU before each new try
 * @param times how many new tries, at least 1
 * @param then what it tells the guest in the end
 */
public record Patience(Duration pause, int times, Then then) {
  /** What the guest is told once the tries are used up. */
  public enum Then {
    /** That it failed. */
    REFUSE,
    /** To ask again. */
    RETRY
  }
}
