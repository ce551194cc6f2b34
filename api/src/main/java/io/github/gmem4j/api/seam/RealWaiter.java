package io.github.gmem4j.api.seam;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits on the system's clock. */
enum RealWaiter implements EndableWaiter {
  INSTANCE;

  @Override
  public void pause(Duration duration, BooleanSupplier over) {
    long begun = System.nanoTime();
    long left = duration.toNanos();
    // A park may end for no reason at all.
    while (left > 0 && !over.getAsBoolean() && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(left);
      left = duration.toNanos() - (System.nanoTime() - begun);
    }
  }
}
