package io.github.gmem4j.policy.snp.vmm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.AfterPartial;
import io.github.gmem4j.api.policy.ImplicitRule;
import io.github.gmem4j.api.policy.RetryRule;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.policy.Wish;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.policy.snp.SnpConfig;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

final class SnpVmmSeatTest {
  private static final GpaRange RANGE = GpaRange.of(0x1000, 0x2000);
  private static final Settlement.Obstacle OBSTACLE = Settlement.Obstacle.needsTime("nic");

  private final SnpVmmSeat seat = new SnpVmmSeat(SnpConfig.HOLD_THEN_REFUSE, ImplicitRule.CONVERT);

  private static Wish.Convert explicit(Shareability target) {
    return new Wish.Convert(RANGE, target, Wish.Origin.EXPLICIT);
  }

  static Stream<Settlement> failures() {
    return Stream.of(
        new Settlement.RetryLater(OBSTACLE),
        new Settlement.GaveUp(OBSTACLE, 3),
        new Settlement.Refused("nic", "no"),
        new Settlement.Rejected(new ConversionOutcome.Rejected(Errno.EINVAL, "no")),
        new Settlement.Unbacked(false),
        new Settlement.Poisoned(GfnRange.of(1, 1), "broken"),
        Settlement.READY);
  }

  @ParameterizedTest
  @MethodSource("failures")
  void c20_everyFailureIsARefusalAndNeverEagain(Settlement failure) {
    for (Shareability target : Shareability.values()) {
      assertEquals(Reply.Answer.REFUSE, seat.reply(explicit(target), failure));
    }
  }

  @Test
  void c53_sharingWhereNoMemoryIsSucceedsAndTakingItBackDoesNot() {
    Settlement nothing = new Settlement.Unbacked(true);

    assertEquals(Reply.Answer.DONE, seat.reply(explicit(Shareability.SHARED), nothing));
    assertEquals(Reply.Answer.REFUSE, seat.reply(explicit(Shareability.PRIVATE), nothing));
  }

  @Test
  void successIsSuccess() {
    assertEquals(
        Reply.Answer.DONE, seat.reply(explicit(Shareability.PRIVATE), Settlement.FULFILLED));
  }

  @Test
  void aMapGpaExitIsAWishForItsPages() {
    Exit exit = new Exit.MapGpaRange(new Gpa(0x1000), new PageCount(2), 0x11, 0);

    assertEquals(explicit(Shareability.PRIVATE), seat.wish(exit));
  }

  @ParameterizedTest
  @EnumSource
  void c52_anAccessOfTheOtherKindIsAWishForOnePage(Shareability access) {
    Exit exit =
        new Exit.MemoryFault(
            new Gpa(0x1000), ByteCount.PAGE, access, Errno.EFAULT, Optional.empty());
    Wish.Convert wish = new Wish.Convert(GpaRange.of(0x1000, 0x1000), access, Wish.Origin.IMPLICIT);

    assertEquals(wish, seat.wish(exit));
    assertEquals(Reply.RESUME, seat.reply(wish, new Settlement.GaveUp(OBSTACLE, 1)));
  }

  @Test
  void c65_aBrokenPageIsNoWish() {
    Exit exit =
        new Exit.MemoryFault(
            new Gpa(0x1000),
            ByteCount.PAGE,
            Shareability.PRIVATE,
            Errno.EHWPOISON,
            Optional.empty());

    assertEquals(Wish.NOTHING, seat.wish(exit));
  }

  @Test
  void otherExitsAreNoWish() {
    for (Exit exit :
        new Exit[] {
          new Exit.Halt(),
          new Exit.Interrupted(),
          new Exit.Failed(Errno.EIO, "dead"),
          new Exit.Mmio(new Gpa(0), 1, Optional.empty()),
          new Exit.Unshare(RANGE)
        }) {
      assertEquals(Wish.NOTHING, seat.wish(exit));
    }
  }

  @ParameterizedTest
  @EnumSource
  void eachExitIsAllOrNothing(Shareability target) {
    assertEquals(AfterPartial.UNDO, seat.afterPartial(target));
  }

  @Test
  void theVcpuIsHeldForASecond() {
    RetryRule.Hold hold = (RetryRule.Hold) seat.retryRule(explicit(Shareability.PRIVATE));

    assertEquals(1_000, hold.pause().toMillis() * hold.attempts());
    assertEquals(RetryRule.GIVE_UP, hold.then());
    assertEquals(ImplicitRule.CONVERT, seat.implicitRule());
  }
}
