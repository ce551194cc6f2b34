package io.github.gmem4j.policy.tdx.sept;

import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.seam.FaultInjector;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus.Operand;
import java.util.Optional;

/**
 * TDH.PHYMEM.PAGE.WBINVD and RECLAIM: about a physical page, wherever it was mapped.
 *
 * <p>Source: TDX module 1.5.01, {@code tdh_phymem_page_wbinvd.c}, {@code
 * tdh_phymem_page_reclaim.c}.
 */
final class PhysicalCalls {
  private final SeptState state;
  private final FaultInjector faults;

  PhysicalCalls(SeptState state, FaultInjector faults) {
    this.state = state;
    this.faults = faults;
  }

  /** Writes back and drops the cache lines that a free page has under the TD's key. */
  TdxStatus wbinvd(Folio folio) {
    if (faults.injects(SeptFaults.PAGE_WBINVD_BUSY, folio.pfn())) {
      return TdxStatus.OPERAND_BUSY.about(Operand.RCX);
    }
    return state.ownerOf(folio).isPresent()
        ? TdxStatus.PAGE_METADATA_INCORRECT.about(Operand.RCX)
        : TdxStatus.SUCCESS;
  }

  /**
   * Takes a page back from a TD in teardown. A free page is not the TD's and is left alone.
   *
   * @return PAGE_METADATA_INCORRECT if the page is free, LIFECYCLE_STATE_INCORRECT if the TD lives
   */
  TdxStatus reclaim(Folio folio) {
    Optional<SeptPosition> owner = state.ownerOf(folio);
    if (owner.isEmpty()) {
      return TdxStatus.PAGE_METADATA_INCORRECT.about(Operand.RCX);
    }
    if (!state.isTornDown()) {
      return TdxStatus.LIFECYCLE_STATE_INCORRECT;
    }
    SeptEntry entry = state.at(owner.get());
    state.put(owner.get(), SeptEntry.FREE);
    state.free(entry.pages());
    entry.pages().folios().forEach(Folio::scramble);
    return TdxStatus.SUCCESS;
  }
}
