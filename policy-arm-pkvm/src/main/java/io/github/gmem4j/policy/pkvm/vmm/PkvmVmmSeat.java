package io.github.gmem4j.policy.pkvm.vmm;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.ImplicitRule;
import io.github.gmem4j.api.policy.PolicyTraits;
import io.github.gmem4j.api.policy.RetryRule;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.policy.Unconverted;
import io.github.gmem4j.api.policy.VmmSeat;
import io.github.gmem4j.api.policy.Wish;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Reply;

/**
 * What a VMM does about a pKVM guest's wishes. Immutable; pure functions.
 *
 * <p>It never converts for an unshare exit: it makes everybody let go and runs the vCPU again. It
 * converts by itself only for a memory fault, which shows a page that the guest believes to be
 * private.
 */
public final class PkvmVmmSeat implements VmmSeat {
  private final RetryRule patience;
  private final ImplicitRule implicitRule;
  private final Unconverted unconverted;

  /**
   * Creates the seat.
   *
   * @param patience how often the vCPU is run again while somebody holds its pages
   * @param implicitRule what to do about memory faults
   * @param unconverted what it means that pages have not changed although the guest runs again
   */
  public PkvmVmmSeat(RetryRule patience, ImplicitRule implicitRule, Unconverted unconverted) {
    this.patience = patience;
    this.implicitRule = implicitRule;
    this.unconverted = unconverted;
  }

  @Override
  public Wish wish(Exit exit) {
    return switch (exit) {
      case Exit.Unshare unshare ->
          new Wish.Convert(
              unshare.range(),
              Shareability.PRIVATE,
              Wish.Origin.EXPLICIT,
              PolicyTraits.Converter.KVM);
      case Exit.MemoryFault fault when fault.errno() == Errno.EFAULT ->
          new Wish.Convert(fault.range(), fault.access(), Wish.Origin.IMPLICIT);
      // EHWPOISON: a conversion would hand a broken page on.
      case Exit.MemoryFault fault -> Wish.NOTHING;
      case Exit.MapGpaRange map -> Wish.NOTHING;
      case Exit.Mmio mmio -> Wish.NOTHING;
      case Exit.SystemEvent event -> Wish.NOTHING;
      case Exit.Halt halt -> Wish.NOTHING;
      case Exit.Interrupted interrupted -> Wish.NOTHING;
      case Exit.Failed failed -> Wish.NOTHING;
    };
  }

  @Override
  public RetryRule retryRule(Wish.Convert wish) {
    return patience;
  }

  @Override
  public Reply reply(Wish.Convert wish, Settlement settlement) {
    return switch (wish.origin()) {
      // A memory fault asks nothing: the guest repeats its access, whatever came of the wish.
      case IMPLICIT -> Reply.RESUME;
      case EXPLICIT -> answer(settlement);
    };
  }

  private static Reply answer(Settlement settlement) {
    return switch (settlement) {
      case Settlement.Fulfilled done -> Reply.Answer.DONE;
      case Settlement.Ready ready -> Reply.Answer.DONE;
      case Settlement.RetryLater later -> Reply.Answer.RETRY;
      case Settlement.GaveUp gaveUp -> Reply.Answer.REFUSE;
      case Settlement.Refused refused -> Reply.Answer.REFUSE;
      case Settlement.Rejected rejected -> Reply.Answer.REFUSE;
      case Settlement.Unbacked unbacked -> Reply.Answer.REFUSE;
      case Settlement.Poisoned poisoned -> Reply.Answer.REFUSE;
    };
  }

  @Override
  public ImplicitRule implicitRule() {
    return implicitRule;
  }

  @Override
  public Unconverted unconverted(Wish.Convert wish) {
    return unconverted;
  }
}
