package io.github.gmem4j.core.vcpu;

import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.vm.Exit;

/** What a chain of the KVM seat's decisions came to. */
sealed interface Decided {
  /**
   * {@code run()} is left.
   *
   * @param exit what the VMM sees
   * @param open what is to be completed when the vCPU runs again
   */
  record Left(Exit exit, Unfinished open) implements Decided {}

  /** The guest's call returns. */
  record Returned(GuestResult result) implements Decided {}

  /** The guest tries the interrupted action again. */
  record GoesOn() implements Decided {}
}
