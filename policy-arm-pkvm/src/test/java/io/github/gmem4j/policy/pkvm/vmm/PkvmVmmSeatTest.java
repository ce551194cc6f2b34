package io.github.gmem4j.policy.pkvm.vmm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.ImplicitRule;
import io.github.gmem4j.api.policy.PolicyTraits.Converter;
import io.github.gmem4j.api.policy.RetryRule;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.policy.Settlement.Obstacle;
import io.github.gmem4j.api.policy.Unconverted;
import io.github.gmem4j.api.policy.Wish;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.Reply;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class PkvmVmmSeatTest {
  private static final GpaRange RANGE = GpaRange.of(0x3000, 0x1000);
  private static final Wish.Convert ASKED =
      new Wish.Convert(RANGE, Shareability.PRIVATE, Wish.Origin.EXPLICIT, Converter.KVM);
  private static final Wish.Convert TOUCHED =
      new Wish.Convert(RANGE, Shareability.PRIVATE, Wish.Origin.IMPLICIT, Converter.VMM);

  private final PkvmVmmSeat seat =
      new PkvmVmmSeat(RetryRule.GIVE_UP, ImplicitRule.DENY, Unconverted.STILL_COMING);

  private static Exit fault(Errno errno) {
    return new Exit.MemoryFault(
        new Gpa(0x3000), ByteCount.PAGE, Shareability.PRIVATE, errno, Optional.empty());
  }

  @Test
  void anUnshareIsTheKernelsToFulfilHoweverOftenItComes() {
    assertEquals(ASKED, seat.wish(new Exit.Unshare(RANGE)));
    assertEquals(ASKED, seat.wish(new Exit.Unshare(RANGE, Optional.of(new ByteOffset(0)))));
  }

  @Test
  void aMemoryFaultIsTheVmmsToFulfil() {
    assertEquals(TOUCHED, seat.wish(fault(Errno.EFAULT)));
  }

  static Stream<Exit> otherExits() {
    return Stream.of(
        fault(Errno.EHWPOISON),
        new Exit.MapGpaRange(new Gpa(0), PageCount.ONE, 0, 0),
        new Exit.Mmio(new Gpa(0), 1, Optional.empty()),
        new Exit.Halt(),
        new Exit.Interrupted(),
        new Exit.Failed(Errno.EFAULT, "EL2 does not give it"));
  }

  @ParameterizedTest
  @MethodSource("otherExits")
  void noOtherExitIsAWish(Exit exit) {
    assertEquals(Wish.NOTHING, seat.wish(exit));
  }

  static Stream<Settlement> failures() {
    return Stream.of(
        new Settlement.GaveUp(Obstacle.askedAgain(Optional.empty()), 3),
        new Settlement.Refused("iommu", "in use"),
        new Settlement.Rejected(new ConversionOutcome.Rejected(Errno.EINVAL, "no")),
        new Settlement.Unbacked(true),
        new Settlement.Poisoned(GfnRange.of(3, 1), "iommu broke its promise"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void everyFailureIsOneAnswer(Settlement settlement) {
    assertEquals(Reply.Answer.REFUSE, seat.reply(ASKED, settlement));
    assertEquals(Reply.RESUME, seat.reply(TOUCHED, settlement));
  }

  @Test
  void readyMeansGoOn() {
    assertEquals(Reply.Answer.DONE, seat.reply(ASKED, Settlement.READY));
    assertEquals(Reply.Answer.DONE, seat.reply(ASKED, Settlement.FULFILLED));
    assertEquals(
        Reply.Answer.RETRY,
        seat.reply(ASKED, new Settlement.RetryLater(Obstacle.needsTime("iommu"))));
  }

  @Test
  void itsRulesAreThoseItWasGiven() {
    assertSame(RetryRule.GIVE_UP, seat.retryRule(ASKED));
    assertSame(ImplicitRule.DENY, seat.implicitRule());
    assertSame(Unconverted.STILL_COMING, seat.unconverted(ASKED));
  }
}
