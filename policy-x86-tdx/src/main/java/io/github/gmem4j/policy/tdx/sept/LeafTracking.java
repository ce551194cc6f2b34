package io.github.gmem4j.policy.tdx.sept;

import io.github.gmem4j.api.policy.PlatformHost;

/**
 * What precedes every change of a leaf that a vCPU may have in its TLB: block it, begin a new
 * epoch, make all vCPUs leave. One round for each leaf, as KVM does it.
 */
final class LeafTracking {
  private final TdxFirmware firmware;
  private final PlatformHost host;
  private final HostCalls calls;

  LeafTracking(TdxFirmware firmware, PlatformHost host, HostCalls calls) {
    this.firmware = firmware;
    this.host = host;
    this.calls = calls;
  }

  /** Blocks and tracks; tells whether that succeeded. */
  boolean blockAndTrack(SeptPosition leaf) {
    if (!calls.mustSucceed("TDH.MEM.RANGE.BLOCK", () -> firmware.ranges().block(leaf))) {
      return false;
    }
    if (!firmware.state().isFinalized()) {
      // No vCPU has run yet, so no TLB holds anything.
      return true;
    }
    if (!calls.mustSucceed("TDH.MEM.TRACK", () -> firmware.ranges().track())) {
      return false;
    }
    host.kickVcpus();
    return true;
  }
}
