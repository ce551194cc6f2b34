package io.github.gmem4j.policy.tdx.sept;

import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.seam.FaultInjector;
import io.github.gmem4j.policy.tdx.tdcall.PageSize;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus.Operand;
import java.util.Optional;

/**
 * TDH.MEM.PAGE.ADD, AUG and REMOVE: a page comes to an entry or leaves it.
 *
 * <p>Source: TDX module 1.5.01, {@code tdh_mem_page_add.c}, {@code tdh_mem_page_aug.c}, {@code
 * tdh_mem_page_remove.c}.
 */
final class PageCalls {
  private final SeptState state;
  private final TlbEpochs epochs;
  private final EntryLocks locks;
  private final FaultInjector faults;

  PageCalls(SeptState state, TlbEpochs epochs, EntryLocks locks, FaultInjector faults) {
    this.state = state;
    this.epochs = epochs;
    this.locks = locks;
    this.faults = faults;
  }

  /**
   * Adds a page of the initial image, before the TD is finalized. The page itself is the source
   * unless another is given; nothing forbids it to be both.
   *
   * <p>It has the TD's root page to itself and so needs no other lock, of tree or entry.
   */
  TdxStatus add(SeptPosition position, Folio folio, Optional<byte[]> source) {
    if (faults.injects(SeptFaults.PAGE_ADD_BUSY, position.first().value())) {
      return TdxStatus.OPERAND_BUSY.about(Operand.RDX);
    }
    if (state.isFinalized()) {
      return TdxStatus.OP_STATE_INCORRECT;
    }
    if (position.level() != PageSize.KIB_4) {
      return TdxStatus.OPERAND_INVALID.about(Operand.RCX);
    }
    if (!state.walk(position).equals(position)) {
      return TdxStatus.EPT_WALK_FAILED.about(Operand.RCX);
    }
    FolioRun page = FolioRun.of(folio);
    Optional<TdxStatus> unfit = unfit(position, page);
    if (unfit.isPresent()) {
      return unfit.get();
    }
    source.ifPresent(folio::fill);
    return map(position, EntryState.MAPPED, page);
  }

  /** Adds a page that the guest must accept. Writes nothing: the bytes stay where they are. */
  TdxStatus aug(SeptPosition position, FolioRun pages) {
    if (position.level() == PageSize.GIB_1) {
      return TdxStatus.OPERAND_INVALID.about(Operand.RCX);
    }
    return HostWalk.refusal(state, locks, position, SeptFaults.PAGE_AUG_BUSY)
        .or(() -> unfit(position, pages))
        .orElseGet(() -> map(position, EntryState.PENDING, pages));
  }

  /**
   * Removes a page: blocked and tracked if the TD may run. The module writes nothing, but without
   * the TD's key nobody can read the content any more.
   */
  TdxStatus remove(SeptPosition position) {
    Optional<TdxStatus> unreached =
        HostWalk.refusal(state, locks, position, SeptFaults.PAGE_REMOVE_BUSY);
    if (unreached.isPresent()) {
      return unreached.get();
    }
    SeptEntry entry = state.at(position);
    if (!entry.state().isLeaf()) {
      return TdxStatus.EPT_ENTRY_STATE_INCORRECT.about(Operand.RCX);
    }
    if (state.isFinalized() && !entry.state().isBlocked()) {
      return TdxStatus.GPA_RANGE_NOT_BLOCKED.about(Operand.RCX);
    }
    if (state.isFinalized() && !epochs.isTracked(entry.blockEpoch())) {
      return TdxStatus.TLB_TRACKING_NOT_DONE.about(Operand.RCX);
    }
    state.put(position, SeptEntry.FREE);
    state.free(entry.pages());
    entry.pages().folios().forEach(Folio::scramble);
    return TdxStatus.SUCCESS;
  }

  /** Tells why pages cannot come to an entry: first the entry is looked at, then the pages. */
  private Optional<TdxStatus> unfit(SeptPosition position, FolioRun pages) {
    if (state.at(position).state() != EntryState.FREE) {
      return Optional.of(TdxStatus.EPT_ENTRY_STATE_INCORRECT.about(Operand.RCX));
    }
    if (!pages.fills(position.level())) {
      return Optional.of(TdxStatus.OPERAND_INVALID.about(Operand.R8));
    }
    return state.isFree(pages)
        ? Optional.empty()
        : Optional.of(TdxStatus.PAGE_METADATA_INCORRECT.about(Operand.R8));
  }

  private TdxStatus map(SeptPosition position, EntryState as, FolioRun pages) {
    state.put(position, SeptEntry.leaf(as, pages));
    state.own(pages, position);
    return TdxStatus.SUCCESS;
  }
}
