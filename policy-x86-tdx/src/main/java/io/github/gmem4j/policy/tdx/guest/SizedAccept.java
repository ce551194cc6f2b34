package io.github.gmem4j.policy.tdx.guest;

import io.github.gmem4j.api.policy.GuestMove;
import io.github.gmem4j.api.policy.GuestProgress;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.policy.tdx.tdcall.PageSize;
import io.github.gmem4j.policy.tdx.tdcall.TdCall;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The accept loop of EDK2 and OpenHCL: 2 MiB where it fits, and again as 4 KiB only when the module
 * says that the sizes differ. Every other status but success is a failure here.
 *
 * @param walk the page being accepted
 */
record SizedAccept(PageWalk walk) {
  /** Returns the moves for a range; {@code then} is the move once it is accepted. */
  static GuestMove begin(
      GpaRange range, Function<SizedAccept, GuestProgress> progress, Supplier<GuestMove> then) {
    return next(PageWalk.over(range, PageSize.MIB_2), progress, then);
  }

  TdCall instruction() {
    return new TdCall.AcceptPage(walk.at(), walk.size());
  }

  /** Returns the move after an accept. */
  GuestMove after(
      TdxStatus status, Function<SizedAccept, GuestProgress> progress, Supplier<GuestMove> then) {
    if (status.succeeded()) {
      return next(walk.advanced(PageSize.MIB_2), progress, then);
    }
    Optional<PageWalk> smaller = walk.smaller();
    return status.is(TdxStatus.PAGE_SIZE_MISMATCH) && smaller.isPresent()
        ? next(smaller, progress, then)
        : new GuestMove.GiveUp("failed to accept " + walk.at() + ": " + status);
  }

  private static GuestMove next(
      Optional<PageWalk> next,
      Function<SizedAccept, GuestProgress> progress,
      Supplier<GuestMove> then) {
    return next.map(SizedAccept::new)
        .<GuestMove>map(
            accept -> new GuestMove.Execute(accept.instruction(), progress.apply(accept)))
        .orElseGet(then);
  }
}
