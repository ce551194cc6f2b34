package io.github.gmem4j.policy.tdx.sept;

import io.github.gmem4j.api.policy.Folio;
import java.util.List;

/**
 * Takes a leaf out of the S-EPT and makes its pages fit for the host again: block, track, kick,
 * remove, flush, reset. There is no way back from the removal on, and no way to fail either: what
 * fails makes the VM dead.
 *
 * <p>Source: Linux 7.3 {@code arch/x86/kvm/vmx/tdx.c}.
 */
final class LeafRemoval {
  private final TdxFirmware firmware;
  private final HostCalls calls;
  private final LeafTracking tracking;
  private final PageReset reset;

  LeafRemoval(TdxFirmware firmware, HostCalls calls, LeafTracking tracking, PageReset reset) {
    this.firmware = firmware;
    this.calls = calls;
    this.tracking = tracking;
    this.reset = reset;
  }

  /** Removes a leaf; tells whether that succeeded. */
  boolean remove(SeptPosition leaf) {
    List<Folio> folios = firmware.state().at(leaf).pages().folios();
    boolean removed =
        tracking.blockAndTrack(leaf)
            && calls.mustSucceed("TDH.MEM.PAGE.REMOVE", () -> firmware.pages().remove(leaf));
    if (!removed) {
      return false;
    }
    for (Folio folio : folios) {
      if (!flush(folio)) {
        // Free for the module, unflushed for the host: neither may use it, nor any after it.
        folios.stream().skip(folios.indexOf(folio)).forEach(firmware.state()::quarantine);
        return false;
      }
    }
    return true;
  }

  private boolean flush(Folio folio) {
    boolean flushed =
        calls.mustSucceedAtOnce("TDH.PHYMEM.PAGE.WBINVD", () -> firmware.physical().wbinvd(folio));
    if (flushed && reset == PageReset.ZERO) {
      folio.zero();
    }
    return flushed;
  }
}
