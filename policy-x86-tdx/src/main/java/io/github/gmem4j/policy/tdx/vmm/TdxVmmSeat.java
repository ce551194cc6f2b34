package io.github.gmem4j.policy.tdx.vmm;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.AfterPartial;
import io.github.gmem4j.api.policy.ImplicitRule;
import io.github.gmem4j.api.policy.RetryRule;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.policy.VmmSeat;
import io.github.gmem4j.api.policy.Wish;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.policy.tdx.ConversionRule;

/**
 * What a VMM does about a TDX guest's wishes. Immutable; pure functions.
 *
 * <p>Waiting belongs here and not in the guest: a Linux guest gives up at the third RETRY for the
 * same address, so a pin that drains in milliseconds would fail its conversion. The vCPU is held
 * instead, and the guest is refused once that did not help.
 */
public final class TdxVmmSeat implements VmmSeat {
  private final ConversionRule conversion;
  private final RetryRule retryRule;
  private final ImplicitRule implicitRule;

  /** Creates the seat with its rules. */
  public TdxVmmSeat(ConversionRule conversion, RetryRule retryRule, ImplicitRule implicitRule) {
    this.conversion = conversion;
    this.retryRule = retryRule;
    this.implicitRule = implicitRule;
  }

  @Override
  public Wish wish(Exit exit) {
    return switch (exit) {
      case Exit.MapGpaRange map ->
          new Wish.Convert(map.range(), map.target(), Wish.Origin.EXPLICIT, conversion.converter());
      // The kernel tried a request by itself and found a page held: it is still the same request.
      // Its answer is this library's addition, see ConversionRule.IN_RUN_OR_FAULT.
      case Exit.MemoryFault fault when fault.errorOffset().isPresent() ->
          new Wish.Convert(
              fault.range(), fault.access(), Wish.Origin.EXPLICIT, conversion.converter());
      case Exit.MemoryFault fault when fault.errno() == Errno.EFAULT ->
          new Wish.Convert(fault.range(), fault.access(), Wish.Origin.IMPLICIT);
      // EHWPOISON: a conversion would hand a broken page on.
      case Exit.MemoryFault fault -> Wish.NOTHING;
      case Exit.Unshare unshare -> Wish.NOTHING;
      case Exit.Mmio mmio -> Wish.NOTHING;
      case Exit.SystemEvent event -> Wish.NOTHING;
      case Exit.Halt halt -> Wish.NOTHING;
      case Exit.Interrupted interrupted -> Wish.NOTHING;
      case Exit.Failed failed -> Wish.NOTHING;
    };
  }

  @Override
  public RetryRule retryRule(Wish.Convert wish) {
    return retryRule;
  }

  @Override
  public Reply reply(Wish.Convert wish, Settlement settlement) {
    return switch (wish.origin()) {
      // A memory fault asks nothing: the guest repeats its access, whatever came of the wish.
      case IMPLICIT -> Reply.RESUME;
      case EXPLICIT -> answer(wish.target(), settlement);
    };
  }

  private static Reply answer(Shareability target, Settlement settlement) {
    return switch (settlement) {
      case Settlement.Fulfilled done -> Reply.Answer.DONE;
      case Settlement.Ready ready -> Reply.Answer.DONE;
      case Settlement.RetryLater later -> Reply.Answer.RETRY;
      case Settlement.GaveUp gaveUp -> Reply.Answer.REFUSE;
      case Settlement.Refused refused -> Reply.Answer.REFUSE;
      case Settlement.Rejected rejected -> Reply.Answer.REFUSE;
      case Settlement.Unbacked unbacked -> answerUnbacked(target, unbacked);
      case Settlement.Poisoned poisoned -> Reply.Answer.REFUSE;
    };
  }

  /**
   * Guests make device windows shared to be sure of it, and rely on success; nothing can make one
   * private. Where only a part lacks memory nothing was converted, and "done" would be untrue.
   */
  private static Reply answerUnbacked(Shareability target, Settlement.Unbacked unbacked) {
    return target == Shareability.SHARED && unbacked.entirely()
        ? Reply.Answer.DONE
        : Reply.Answer.REFUSE;
  }

  @Override
  public ImplicitRule implicitRule() {
    return implicitRule;
  }

  /**
   * To private, pieces are converted back: nothing was added to the S-EPT yet, so the shared bytes
   * are intact, and the guest was told that nothing behind R11 is done. To shared there is no way
   * back: the content went with the removal, and the guest uses its shared alias already.
   */
  @Override
  public AfterPartial afterPartial(Shareability target) {
    return switch (target) {
      case PRIVATE -> AfterPartial.UNDO;
      case SHARED -> AfterPartial.KEEP;
    };
  }
}
