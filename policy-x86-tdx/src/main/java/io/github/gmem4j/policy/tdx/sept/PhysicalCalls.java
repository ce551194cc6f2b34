package io.github.gmem4j.policy.tdx.sept;

import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.seam.FaultInjector;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus.Operand;

/** TDH.PHYMEM.PAGE.WBINVD and RECLAIM: about a physical page, wherever it was mapped. */
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
   * @return PAGE_METADATA_INCORRECT if the page is free
   */
  TdxStatus reclaim(Folio folio) {
    return state
        .ownerOf(folio)
        .map(owner -> {
          SeptEntry entry = state.at(owner);
          state.put(owner, SeptEntry.FREE);
          state.free(entry.pages());
          entry.pages().folios().forEach(Folio::scramble);
          return TdxStatus.SUCCESS;
        })
        .orElse(TdxStatus.PAGE_METADATA_INCORRECT.about(Operand.RCX));
  }
}
