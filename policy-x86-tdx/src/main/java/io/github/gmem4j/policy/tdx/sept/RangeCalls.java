package io.github.gmem4j.policy.tdx.sept;

import io.github.gmem4j.api.seam.FaultInjector;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus.Operand;
import java.util.Optional;

/**
 * TDH.MEM.RANGE.BLOCK, RANGE.UNBLOCK and TRACK: keeping vCPUs away from an entry.
 *
 * <p>Source: TDX module 1.5.01, {@code tdh_mem_range_block.c}, {@code tdh_mem_range_unblock.c},
 * {@code tdh_mem_track.c}.
 */
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
    Optional<TdxStatus> unreached =
        HostWalk.refusal(state, locks, position, SeptFaults.RANGE_BLOCK_BUSY);
    if (unreached.isPresent()) {
      return unreached.get();
    }
    SeptEntry entry = state.at(position);
    if (entry.state().isBlocked()) {
      return TdxStatus.GPA_RANGE_ALREADY_BLOCKED.about(Operand.RCX);
    }
    if (entry.state() == EntryState.FREE || isPinned(entry)) {
      return TdxStatus.EPT_ENTRY_STATE_INCORRECT.about(Operand.RCX);
    }
    state.put(position, entry.blockedIn(epochs.current()));
    return TdxStatus.SUCCESS;
  }

  /** Gives a tracked entry its permissions back; a page needs no new accept. */
  TdxStatus unblock(SeptPosition position) {
    Optional<TdxStatus> unreached =
        HostWalk.refusal(state, locks, position, SeptFaults.RANGE_UNBLOCK_BUSY);
    if (unreached.isPresent()) {
      return unreached.get();
    }
    SeptEntry entry = state.at(position);
    if (!entry.state().isBlocked()) {
      return TdxStatus.EPT_ENTRY_STATE_INCORRECT.about(Operand.RCX);
    }
    if (state.isFinalized() && !epochs.isTracked(entry.blockEpoch())) {
      // Unlike the other calls that need tracking, this one names the tree.
      return TdxStatus.TLB_TRACKING_NOT_DONE.about(Operand.SEPT_TREE);
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
   * Tells whether a device may use the page, so that only the guest can give it up.
   *
   * <p>No published source of the module refuses a block for that reason: with devices, those of
   * 2026 let the host block any page and ask for invalidated IOTLBs before they remove it. The pin
   * is as the mails about TDX Connect of July 2025 describe it, and the status of a refused block
   * is this model's choice.
   */
  boolean isPinned(SeptEntry entry) {
    return devices == DeviceAssignment.TDX_CONNECT && entry.state() == EntryState.MAPPED;
  }
}
