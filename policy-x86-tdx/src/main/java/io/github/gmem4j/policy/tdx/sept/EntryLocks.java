package io.github.gmem4j.policy.tdx.sept;

import io.github.gmem4j.api.seam.FaultInjector;
import io.github.gmem4j.api.seam.FaultSite;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus.Operand;
import java.util.Optional;

/**
 * The locks of entries and of the tree. Nobody really holds one in the model, since its calls come
 * one at a time: the injector says when somebody did. A status names the operand that was locked:
 * the register that led to an entry, or the tree.
 *
 * <p>A host operation that met an entry's lock leaves a mark. Until some host operation has had the
 * entry, guests are turned away from it, for ever if the host never comes back. Source: TDX module
 * 1.5.01, {@code tdx_locks.h}, {@code sept_lock_acquire_host} and {@code _guest}.
 */
final class EntryLocks {
  private final SeptState state;
  private final FaultInjector faults;

  EntryLocks(SeptState state, FaultInjector faults) {
    this.state = state;
    this.faults = faults;
  }

  /**
   * Tries the tree's lock on the way to an entry; returns what the operation answers if it cannot
   * have it. No entry is marked then.
   */
  Optional<TdxStatus> refuseTree(SeptPosition position) {
    return faults.injects(SeptFaults.SEPT_TREE_BUSY, position.first().value())
        ? Optional.of(TdxStatus.OPERAND_BUSY.about(Operand.SEPT_TREE))
        : Optional.empty();
  }

  /** Tries the lock for the host; returns what the operation answers if it cannot have it. */
  Optional<TdxStatus> refuseHost(SeptPosition position, FaultSite busy) {
    if (faults.injects(busy, position.first().value())) {
      state.hostPriority().add(position);
      return Optional.of(TdxStatus.OPERAND_BUSY.about(Operand.RCX));
    }
    state.hostPriority().remove(position);
    return Optional.empty();
  }

  /**
   * Tries the lock for a guest; returns what the instruction answers if it cannot have it. That the
   * host comes first is an answer of its own inside the module, but no guest sees it: the
   * dispatcher turns it into plain OPERAND_BUSY, for the sake of older guests. Source: {@code
   * tdx_td_dispatcher.c}, {@code td_call}.
   */
  Optional<TdxStatus> refuseGuest(SeptPosition position, FaultSite busy) {
    return faults.injects(busy, position.first().value()) || state.hostPriority().contains(position)
        ? Optional.of(TdxStatus.OPERAND_BUSY.about(Operand.RCX))
        : Optional.empty();
  }

  /** Tells whether an interrupt comes now. */
  boolean interrupted(FaultSite site, long frame) {
    return faults.injects(site, frame);
  }
}
