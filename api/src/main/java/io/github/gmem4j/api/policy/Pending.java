package io.github.gmem4j.api.policy;

import io.github.gmem4j.api.guest.GuestResult;

/**
 * What a policy remembers of one vCPU between two of its decisions. The engine keeps it and hands
 * it back. Policies define their own records: immutable, with value equality.
 */
public interface Pending {
  /** Nothing to remember: the action that was interrupted is simply tried again. */
  Pending NONE =
      new Pending() {
        @Override
        public String toString() {
          return "nothing pending";
        }
      };

  /**
   * The kernel has nothing left to complete, because it needs nothing or because it has lost the
   * guest's call: at the next {@code run()} the guest goes on behind the call, whatever the VMM
   * says. The seat is not asked about it.
   *
   * @param found what the guest then finds in its registers
   */
  record Forgotten(GuestResult found) implements Pending {}
}
