package io.github.gmem4j.policy.tdx.sept;

import io.github.gmem4j.api.seam.FaultInjector;
import io.github.gmem4j.api.seam.FaultSite;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus.Operand;
import java.util.Optional;

/**
 * The locks of entries. Nobody really holds one in the model, since its calls come one at a time:
 * the injector says when somebody did.
 *
 * <p>A host operation that met a lock leaves a mark. Until some host operation has had the entry,
 * guests are turned away from it, for ever if the host never comes back. Source: TDX module 1.5.01,
 * {@code tdx_locks.h}.
 */
final class EntryLocks {
  private final SeptState state;
  private final FaultInjector faults;

  EntryLocks(SeptState state, FaultInjector faults) {
    this.state = state;
    this.faults = faults;
  }

  /** Tries the lock for the host; returns what the operation answers if it cannot have it. */
  Optional<TdxStatus> refuseHost(SeptPosition position, FaultSite busy) {
    if (faults.injects(busy, position.first().value())) {
      state.hostPriority().add(position);
      return Optional.of(TdxStatus.OPERAND_BUSY.about(Operand.SEPT_ENTRY));
    }
    state.hostPriority().remove(position);
    return Optional.empty();
  }

  /** Tries the lock for a guest; returns what the instruction answers if it cannot have it. */
  Optional<TdxStatus> refuseGuest(SeptPosition position, FaultSite busy) {
    if (state.hostPriority().contains(position)) {
      return Optional.of(TdxStatus.OPERAND_BUSY_HOST_PRIORITY.about(Operand.SEPT_ENTRY));
    }
    return faults.injects(busy, position.first().value())
        ? Optional.of(TdxStatus.OPERAND_BUSY.about(Operand.SEPT_ENTRY))
        : Optional.empty();
  }

  /** Tells whether an interrupt comes now. */
  boolean interrupted(FaultSite site, long frame) {
    return faults.injects(site, frame);
  }
}
