package io.github.gmem4j.policy.tdx.sept;

import io.github.gmem4j.api.seam.FaultSite;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus.Operand;
import java.util.Optional;

/**
 * How each host operation on an entry begins: it locks the tree, walks to the entry and locks that.
 *
 * <p>Source: TDX module 1.5.01, {@code helpers.c}, {@code lock_sept_check_and_walk_private_gpa}.
 */
final class HostWalk {
  private HostWalk() {}

  /** Returns what the operation answers if it does not get hold of the entry. */
  static Optional<TdxStatus> refusal(
      SeptState state, EntryLocks locks, SeptPosition position, FaultSite entryBusy) {
    return locks
        .refuseTree(position)
        .or(() ->
            state.walk(position).equals(position)
                ? locks.refuseHost(position, entryBusy)
                : Optional.of(TdxStatus.EPT_WALK_FAILED.about(Operand.RCX)));
  }
}
