package io.github.gmem4j.policy.tdx.sept;

import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.seam.FaultSite;
import io.github.gmem4j.policy.tdx.tdcall.PageSize;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus.Operand;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * TDH.MEM.SEPT.ADD, PAGE.DEMOTE and PAGE.PROMOTE: tables come and go between root and leaf.
 *
 * <p>Source: TDX module 1.5.01, {@code tdh_mem_sept_add.c}, {@code tdh_mem_page_demote.c}, {@code
 * tdh_mem_page_promote.c}.
 */
final class TableCalls {
  private final SeptState state;
  private final TlbEpochs epochs;
  private final EntryLocks locks;

  TableCalls(SeptState state, TlbEpochs epochs, EntryLocks locks) {
    this.state = state;
    this.epochs = epochs;
    this.locks = locks;
  }

  /** Hangs an empty table at a free entry. */
  TdxStatus add(SeptPosition position) {
    Optional<TdxStatus> refusal = refusal(position, SeptFaults.SEPT_ADD_BUSY);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    if (state.at(position).state() != EntryState.FREE) {
      return TdxStatus.EPT_ENTRY_STATE_INCORRECT.about(Operand.RCX);
    }
    state.put(position, SeptEntry.TABLE);
    return TdxStatus.SUCCESS;
  }

  /**
   * Replaces a leaf by a table of 512 leaves one size down. They take the state from before the
   * block and are not blocked: content stays, and what was accepted needs no new accept.
   */
  TdxStatus demote(SeptPosition position) {
    Optional<TdxStatus> refusal = refusal(position, SeptFaults.PAGE_DEMOTE_BUSY);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    SeptEntry entry = state.at(position);
    if (!entry.state().isLeaf()) {
      return TdxStatus.EPT_ENTRY_STATE_INCORRECT.about(Operand.RCX);
    }
    Optional<TdxStatus> untracked = untracked(entry);
    if (untracked.isPresent()) {
      return untracked.get();
    }
    if (interrupted(position, SeptFaults.PAGE_DEMOTE_INTERRUPTED)) {
      return TdxStatus.INTERRUPTED_RESTARTABLE;
    }
    state.put(position, SeptEntry.TABLE);
    List<SeptPosition> children = position.children();
    for (int i = 0; i < children.size(); i++) {
      SeptPosition child = children.get(i);
      FolioRun part = entry.pages().part(i);
      state.put(child, SeptEntry.leaf(entry.state().unblocked(), part));
      state.own(part, child);
    }
    return TdxStatus.SUCCESS;
  }

  /** Replaces a table by one leaf: its 512 leaves must be alike and physically contiguous. */
  TdxStatus promote(SeptPosition position) {
    Optional<TdxStatus> refusal = refusal(position, SeptFaults.PAGE_PROMOTE_BUSY);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    SeptEntry entry = state.at(position);
    if (entry.state().unblocked() != EntryState.NL_MAPPED) {
      return TdxStatus.EPT_ENTRY_STATE_INCORRECT.about(Operand.RCX);
    }
    Optional<TdxStatus> untracked = untracked(entry);
    if (untracked.isPresent()) {
      return untracked.get();
    }
    List<SeptPosition> children = position.children();
    EntryState common = state.at(children.getFirst()).state();
    List<Folio> folios = new ArrayList<>();
    for (SeptPosition child : children) {
      if (state.at(child).state() != common) {
        return TdxStatus.EPT_INVALID_PROMOTE_CONDITIONS.about(Operand.RCX);
      }
      folios.addAll(state.at(child).pages().folios());
    }
    FolioRun pages = new FolioRun(folios);
    boolean uniform = common == EntryState.MAPPED || common == EntryState.PENDING;
    if (!uniform || !pages.fills(position.level())) {
      return TdxStatus.EPT_INVALID_PROMOTE_CONDITIONS.about(Operand.RCX);
    }
    if (interrupted(position, SeptFaults.PAGE_PROMOTE_INTERRUPTED)) {
      return TdxStatus.INTERRUPTED_RESTARTABLE;
    }
    children.forEach(child -> state.put(child, SeptEntry.FREE));
    state.put(position, SeptEntry.leaf(common, pages));
    state.own(pages, position);
    return TdxStatus.SUCCESS;
  }

  private Optional<TdxStatus> refusal(SeptPosition position, FaultSite busySite) {
    if (position.level() == PageSize.KIB_4) {
      return Optional.of(TdxStatus.OPERAND_INVALID.about(Operand.RCX));
    }
    return HostWalk.refusal(state, locks, position, busySite);
  }

  private Optional<TdxStatus> untracked(SeptEntry entry) {
    if (state.isFinalized() && !entry.state().isBlocked()) {
      return Optional.of(TdxStatus.GPA_RANGE_NOT_BLOCKED.about(Operand.RCX));
    }
    return state.isFinalized() && !epochs.isTracked(entry.blockEpoch())
        ? Optional.of(TdxStatus.TLB_TRACKING_NOT_DONE.about(Operand.RCX))
        : Optional.empty();
  }

  private boolean interrupted(SeptPosition position, FaultSite site) {
    return locks.interrupted(site, position.first().value());
  }
}
