package io.github.gmem4j.api.seam;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** A waiter whose pauses can be ended early. */
public interface EndableWaiter extends Waiter {
  /**
   * Lets time pass until it is up, the thread is interrupted, or there is no more reason to wait.
   *
   * @param duration how long at most; never negative, and fits nanoseconds in a {@code long}
   * @param over whether to stop: asked before the pause, and again whenever the waiting thread is
   *     {@linkplain java.util.concurrent.locks.LockSupport#unpark unparked}; returns at once
   */
  void pause(Duration duration, BooleanSupplier over);

  @Override
  default void pause(Duration duration) {
    pause(duration, () -> false);
  }
}
