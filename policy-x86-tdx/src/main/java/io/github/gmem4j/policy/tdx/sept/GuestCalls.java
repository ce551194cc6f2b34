package io.github.gmem4j.policy.tdx.sept;

import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.policy.tdx.tdcall.GuestAddresses;
import io.github.gmem4j.policy.tdx.tdcall.PageSize;
import io.github.gmem4j.policy.tdx.tdcall.TdCall;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus.Operand;
import java.util.List;
import java.util.Optional;

/**
 * TDG.MEM.PAGE.ACCEPT and RELEASE: what the guest does about its own pages.
 *
 * <p>Sources: TDX module, {@code tdg_mem_page_accept.c}. RELEASE is in no published source of the
 * module: it follows OpenVMM's {@code vm/x86/x86defs} and Intel's patches for Linux guests of June
 * 2026, which say that the page is pending afterwards.
 */
final class GuestCalls {
  private final SeptState state;
  private final EntryLocks locks;
  private final GuestAddresses addresses;

  GuestCalls(SeptState state, EntryLocks locks, GuestAddresses addresses) {
    this.state = state;
    this.locks = locks;
    this.addresses = addresses;
  }

  AcceptOutcome accept(TdCall.AcceptPage call) {
    if (call.size() == PageSize.GIB_1 || !isLegal(call)) {
      return finished(TdxStatus.OPERAND_INVALID.about(Operand.RCX));
    }
    SeptPosition wanted = SeptPosition.covering(call.gpa().gfn(), call.size());
    SeptPosition found = state.walk(wanted);
    if (!found.equals(wanted)) {
      // The verdict of a walk that ended early needs no lock.
      return state.at(found).state() == EntryState.MAPPED
          ? finished(TdxStatus.PAGE_ALREADY_ACCEPTED.at(found.level()))
          : left(wanted, found);
    }
    Optional<TdxStatus> busy = locks.refuseGuest(wanted, SeptFaults.PAGE_ACCEPT_BUSY);
    if (busy.isPresent()) {
      return finished(busy.get());
    }
    return switch (state.at(wanted).state()) {
      // A table where the guest wants a page, blocked or not: the page is mapped smaller.
      case NL_MAPPED, NL_BLOCKED -> finished(TdxStatus.PAGE_SIZE_MISMATCH.at(wanted.level()));
      case MAPPED -> finished(TdxStatus.PAGE_ALREADY_ACCEPTED.at(wanted.level()));
      case FREE, BLOCKED, PENDING_BLOCKED -> left(wanted, wanted);
      case PENDING -> zero(wanted);
    };
  }

  TdxStatus release(TdCall.ReleasePage call) {
    if (!isLegal(call)) {
      return TdxStatus.OPERAND_INVALID.about(Operand.RCX);
    }
    SeptPosition wanted = SeptPosition.covering(call.gpa().gfn(), call.size());
    SeptPosition found = state.walk(wanted);
    SeptEntry entry = state.at(found);
    if (entry.state() == EntryState.FREE) {
      return TdxStatus.EPT_ENTRY_FREE.about(Operand.RCX);
    }
    if (!found.equals(wanted)) {
      return TdxStatus.PAGE_SIZE_MISMATCH.at(found.level());
    }
    if (entry.state() == EntryState.NL_MAPPED) {
      return TdxStatus.PAGE_SIZE_MISMATCH.at(PageSize.KIB_4);
    }
    if (entry.state() != EntryState.MAPPED) {
      return TdxStatus.EPT_ENTRY_STATE_INCORRECT.about(Operand.RCX);
    }
    state.put(found, SeptEntry.leaf(EntryState.PENDING, entry.pages()));
    return TdxStatus.SUCCESS;
  }

  /** Returns the state a guest's access to a frame meets. */
  EntryState touch(Gfn gfn) {
    return state.at(state.walk(SeptPosition.covering(gfn, PageSize.KIB_4))).state();
  }

  private AcceptOutcome zero(SeptPosition position) {
    SeptEntry entry = state.at(position);
    List<Folio> folios = entry.pages().folios();
    for (int done = entry.zeroed(); done < folios.size(); done++) {
      folios.get(done).zero();
      long frame = position.first().value() + done;
      boolean last = done + 1 == folios.size();
      if (!last && locks.interrupted(SeptFaults.PAGE_ACCEPT_INTERRUPTED, frame)) {
        state.put(position, entry.withZeroed(done + 1));
        return new AcceptOutcome.Interrupted();
      }
    }
    state.put(position, SeptEntry.leaf(EntryState.MAPPED, entry.pages()));
    return finished(TdxStatus.SUCCESS);
  }

  private AcceptOutcome left(SeptPosition wanted, SeptPosition found) {
    return new AcceptOutcome.Left(
        new EptViolation(wanted.level(), found.level(), state.at(found).state()));
  }

  private boolean isLegal(TdCall call) {
    return call.size().isAligned(call.gpa()) && addresses.isPrivate(call.gpa());
  }

  private static AcceptOutcome finished(TdxStatus status) {
    return new AcceptOutcome.Finished(status);
  }
}
