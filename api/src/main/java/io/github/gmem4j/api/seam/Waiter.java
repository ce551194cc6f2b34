package io.github.gmem4j.api.seam;

import java.time.Duration;

/**
 * How the VMM seat lets time pass while it holds a vCPU. Called with no lock held.
 *
 * <p>A waiter that can be told to stop waiting is an {@link EndableWaiter}; with any other a hold
 * ends at the end of its current pause.
 */
@FunctionalInterface
public interface Waiter {
  /** Really waits. An interrupt of the thread ends the pause early and stays set. */
  Waiter REAL = RealWaiter.INSTANCE;

  /**
   * Lets time pass.
   *
   * @param duration how long; never negative, and fits nanoseconds in a {@code long}
   */
  void pause(Duration duration);
}
