package io.github.gmem4j.policy.tdx.sept;

import io.github.gmem4j.api.policy.PlatformHost;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus;

/**
 * Splits a large leaf, so that a part of it can go without the rest. Content stays, and pages that
 * were accepted stay accepted.
 *
 * <p>All that can run out is taken first. The module may answer INTERRUPTED_RESTARTABLE without
 * end: after {@link #MAX_INTERRUPTIONS} of them the leaf is unblocked and stays whole, since the
 * guest stands still for as long as it is blocked. Linux 7.3 does none of this; the posted code for
 * large pages treats an interruption as fatal. Source: TDX module 1.5.01, {@code
 * tdh_mem_page_demote.c}.
 */
final class LeafSplit {
  /** How often the module may put a split off. */
  static final int MAX_INTERRUPTIONS = 32;

  /** What came of a split. */
  enum Outcome {
    /** The leaf is now a table of 512. */
    SPLIT,
    /** There is no memory for the table; nothing has changed. */
    OUT_OF_MEMORY,
    /** The module was interrupted too often; the leaf is whole and the guest has it back. */
    INTERRUPTED,
    /** Something failed that must not: the VM is dead. */
    BROKEN
  }

  private final TdxFirmware firmware;
  private final PlatformHost host;
  private final HostCalls calls;
  private final LeafTracking tracking;

  LeafSplit(TdxFirmware firmware, PlatformHost host, HostCalls calls, LeafTracking tracking) {
    this.firmware = firmware;
    this.host = host;
    this.calls = calls;
    this.tracking = tracking;
  }

  Outcome split(SeptPosition leaf) {
    if (host.faults().injects(SeptFaults.SPLIT_ALLOCATION, leaf.first().value())) {
      return Outcome.OUT_OF_MEMORY;
    }
    if (!tracking.blockAndTrack(leaf)) {
      return Outcome.BROKEN;
    }
    for (int i = 0; i < MAX_INTERRUPTIONS; i++) {
      TdxStatus status = calls.afterOneRetry(() -> firmware.tables().demote(leaf));
      if (status.succeeded()) {
        return Outcome.SPLIT;
      }
      if (!status.is(TdxStatus.INTERRUPTED_RESTARTABLE)) {
        host.bug("TDH.MEM.PAGE.DEMOTE failed: " + status);
        return Outcome.BROKEN;
      }
    }
    return calls.mustSucceed("TDH.MEM.RANGE.UNBLOCK", () -> firmware.ranges().unblock(leaf))
        ? Outcome.INTERRUPTED
        : Outcome.BROKEN;
  }
}
