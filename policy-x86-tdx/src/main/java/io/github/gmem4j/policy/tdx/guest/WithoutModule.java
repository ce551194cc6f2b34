package io.github.gmem4j.policy.tdx.guest;

import io.github.gmem4j.api.guest.PlatformInstruction;
import io.github.gmem4j.api.policy.Substitute;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.policy.tdx.tdcall.PageSize;
import io.github.gmem4j.policy.tdx.tdcall.TdCall;
import io.github.gmem4j.policy.tdx.tdcall.TdCallResult;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus;
import java.util.Optional;

/** What a vCPU does in place of a TDCALL where no TDX module lies beneath it. */
final class WithoutModule {
  private WithoutModule() {}

  /**
   * An accepted page holds zeroes, so accepting one is clearing it; a page that was accepted before
   * is cleared again, since nobody keeps books. 2 MiB do not match, as for pages that the host has
   * mapped as 4 KiB, and 1 GiB are no size to accept. Nothing holds a page that the guest would
   * have to release.
   */
  static Optional<Substitute> substitute(PlatformInstruction instruction) {
    return switch (instruction) {
      case TdCall.AcceptPage accept when accept.size() == PageSize.KIB_4 ->
          Optional.of(
              new Substitute.Clear(
                  GpaRange.of(accept.gpa().value(), PageSize.KIB_4.bytes()),
                  new TdCallResult(TdxStatus.SUCCESS)));
      case TdCall.AcceptPage larger ->
          Optional.of(new Substitute.Answer(new TdCallResult(ofLarger(larger.size()))));
      case TdCall.ReleasePage release ->
          Optional.of(new Substitute.Answer(new TdCallResult(TdxStatus.SUCCESS)));
      default -> Optional.empty();
    };
  }

  private static TdxStatus ofLarger(PageSize size) {
    return size == PageSize.GIB_1
        ? TdxStatus.OPERAND_INVALID.about(TdxStatus.Operand.RCX)
        : TdxStatus.PAGE_SIZE_MISMATCH.at(size);
  }
}
