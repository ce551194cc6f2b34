package io.github.gmem4j.policy.tdx.sept;

import io.github.gmem4j.api.seam.FaultInjector;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus.Operand;
import java.util.Optional;

/** TDH.MEM.RANGE.BLOCK, RANGE.UNBLOCK and TRACK: keeping vCPUs away from an entry. */
final class RangeCalls {
  private final SeptState state;
  private final TlbEpochs epochs;
  private final EntryLocks locks;
  private final FaultInjector faults;
  private final DeviceAssignment devices;

  RangeCalls(
      SeptState state,
      TlbEpochs epochs,
      EntryLocks locks,
      FaultInjector faults,
      DeviceAssignment devices) {
    this.state = state;
    this.epochs = epochs;
    this.locks = locks;
    this.faults = faults;
    this.devices = devices;
  }

  /** Takes an entry's permissions away and notes the TLB epoch. */
  TdxStatus block(SeptPosition position) {
    if (!state.walk(position).equals(position)) {
      return TdxStatus.EPT_WALK_FAILED.about(Operand.RCX);
    }
    Optional<TdxStatus> busy = locks.refuseHost(position, SeptFaults.RANGE_BLOCK_BUSY);
    if (busy.isPresent()) {
      return busy.get();
    }
    SeptEntry entry = state.at(position);
    if (entry.state().isBlocked()) {
      return TdxStatus.GPA_RANGE_ALREADY_BLOCKED;
    }
    if (entry.state() == EntryState.FREE || isPinned(entry)) {
      return TdxStatus.EPT_ENTRY_STATE_INCORRECT.about(Operand.RCX);
    }
    state.put(position, entry.blockedIn(epochs.current()));
    return TdxStatus.SUCCESS;
  }

  /** Gives a tracked entry its permissions back; a page needs no new accept. */
  TdxStatus unblock(SeptPosition position) {
    if (!state.walk(position).equals(position)) {
      return TdxStatus.EPT_WALK_FAILED.about(Operand.RCX);
    }
    Optional<TdxStatus> busy = locks.refuseHost(position, SeptFaults.RANGE_UNBLOCK_BUSY);
    if (busy.isPresent()) {
      return busy.get();
    }
    SeptEntry entry = state.at(position);
    if (!entry.state().isBlocked()) {
      return TdxStatus.GPA_RANGE_NOT_BLOCKED.about(Operand.RCX);
    }
    if (state.isFinalized() && !epochs.isTracked(entry.blockEpoch())) {
      return TdxStatus.TLB_TRACKING_NOT_DONE.about(Operand.RCX);
    }
    state.put(position, entry.unblocked());
    return TdxStatus.SUCCESS;
  }

  /** Begins a new TLB epoch. */
  TdxStatus track() {
    return faults.injects(SeptFaults.TRACK_BUSY, epochs.current())
        ? TdxStatus.OPERAND_BUSY.about(Operand.TD_EPOCH)
        : epochs.advance();
  }

  /**
   * Tells whether a device may use the page, so that only the guest can give it up. Which status
   * the module answers then is not public; it is non-zero and recoverable by nobody but the guest.
   */
  boolean isPinned(SeptEntry entry) {
    return devices == DeviceAssignment.TDX_CONNECT && entry.state() == EntryState.MAPPED;
  }
}
