package io.github.gmem4j.api.seam;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** How the VMM seat lets time pass while it holds a vCPU. Called with no lock held. */
@FunctionalInterface
public interface Waiter {
  /** Really waits. An interrupt of the thread ends the pause early and stays set. */
  Waiter REAL = duration -> LockSupport.parkNanos(duration.toNanos());

  /** Lets time pass. */
  void pause(Duration duration);
}
