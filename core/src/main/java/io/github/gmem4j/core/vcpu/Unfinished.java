package io.github.gmem4j.core.vcpu;

import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.policy.Pending;

/** What an exit left open, to be completed when the vCPU runs again. */
sealed interface Unfinished {
  /** The action is tried again. */
  record Nothing() implements Unfinished {}

  /**
   * The policy's KVM seat goes on.
   *
   * @param pending what it remembers
   * @param answerable whether the exit has a return value, which KVM has set to 0
   */
  record Decision(Pending pending, boolean answerable) implements Unfinished {}

  /**
   * The kernel has nothing to complete: the guest goes on behind its call, whatever the VMM says.
   *
   * @param found what the guest finds in its registers
   */
  record Forgotten(GuestResult found) implements Unfinished {}

  /** A load from an address without a slot gets its byte. */
  record MmioLoad() implements Unfinished {}

  /** A store to an address without a slot is over. */
  record MmioStore() implements Unfinished {}

  /** The one value of {@link Nothing}. */
  Nothing NOTHING = new Nothing();
}
