package io.github.gmem4j.core.vmm;

import java.time.Duration;

/** Lets a vCPU wait in the VMM. */
@FunctionalInterface
interface Holding {
  /** For requests that have nothing left to wait for. */
  Holding NEVER =
      (pause, attempt) -> {
        throw new IllegalStateException("nothing to wait for, yet asked to wait " + pause);
      };

  /**
   * Waits.
   *
   * @param attempt how many tries there were
   * @return false if the wait was ended from outside
   */
  boolean hold(Duration pause, int attempt);
}
