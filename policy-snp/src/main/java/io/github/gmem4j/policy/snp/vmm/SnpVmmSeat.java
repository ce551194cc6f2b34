package io.github.gmem4j.policy.snp.vmm;

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

/**
 * What a VMM does about an SNP guest's wishes. Immutable; pure functions.
 *
 * <p>The guest cannot be told to come back: EAGAIN reaches it as a failed page state change, and a
 * Linux guest ends itself. So whatever may pass is waited for here, with the vCPU held, and what
 * does not pass is refused.
 */
public final class SnpVmmSeat implements VmmSeat {
  private final RetryRule retryRule;
  private final ImplicitRule implicitRule;

  /** Creates the seat with its two rules. */
  public SnpVmmSeat(RetryRule retryRule, ImplicitRule implicitRule) {
    this.retryRule = retryRule;
    this.implicitRule = implicitRule;
  }

  @Override
  public Wish wish(Exit exit) {
    return switch (exit) {
      case Exit.MapGpaRange map ->
          new Wish.Convert(map.range(), map.target(), Wish.Origin.EXPLICIT);
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
      // Never EAGAIN, whatever the retry rule ends in: KVM would turn it into the same failure.
      case Settlement.RetryLater later -> Reply.Answer.REFUSE;
      case Settlement.GaveUp gaveUp -> Reply.Answer.REFUSE;
      case Settlement.Refused refused -> Reply.Answer.REFUSE;
      case Settlement.Rejected rejected -> Reply.Answer.REFUSE;
      case Settlement.Unbacked unbacked -> answerUnbacked(target, unbacked);
      case Settlement.Poisoned poisoned -> Reply.Answer.REFUSE;
      // Nobody but the VMM converts for an SNP guest.
      case Settlement.Ready ready -> Reply.Answer.REFUSE;
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
   * Each exit is all or nothing, since KVM tells the guest that nothing of a failed batch is done.
   *
   * <p>To private, going back restores the shared bytes: the RMP has not changed yet. To shared,
   * the guest had rescinded its validation before it asked, and that is the state it finds again:
   * private and not validated.
   */
  @Override
  public AfterPartial afterPartial(Shareability target) {
    return AfterPartial.UNDO;
  }
}
