package io.github.gmem4j.policy.tdx.vmm;

import static io.github.gmem4j.api.memory.Shareability.PRIVATE;
import static io.github.gmem4j.api.memory.Shareability.SHARED;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
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
import io.github.gmem4j.policy.tdx.ConversionRule;
import io.github.gmem4j.policy.tdx.TdxConfig;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

final class TdxVmmSeatTest {
  private static final GpaRange RANGE = GpaRange.of(0x10_0000, 0x2000);

  private static final Settlement.Obstacle PINNED =
      Settlement.Obstacle.held(new ConversionOutcome.Blocked(ByteOffset.ZERO, List.of()));

  @SuppressWarnings("UnusedVariable") // named in an annotation
  private static final List<Settlement> REFUSALS =
      List.of(
          new Settlement.GaveUp(PINNED, 200),
          new Settlement.Refused("vhost", "the device is in use"),
          new Settlement.Rejected(new ConversionOutcome.OutOfMemory(ByteOffset.ZERO)),
          new Settlement.Rejected(new ConversionOutcome.Rejected(Errno.EBUSY, "not released")),
          new Settlement.Unbacked(false),
          new Settlement.Poisoned(GfnRange.of(0x100, 2), "commit failed"));

  private final TdxVmmSeat seat =
      new TdxVmmSeat(ConversionRule.BY_VMM, TdxConfig.HOLD_THEN_REFUSE, ImplicitRule.CONVERT);

  private static Wish.Convert explicit(Shareability target) {
    return new Wish.Convert(RANGE, target, Wish.Origin.EXPLICIT);
  }

  private static Exit.MemoryFault fault(Shareability access, Errno errno) {
    return new Exit.MemoryFault(new Gpa(0x5000), ByteCount.PAGE, access, errno, Optional.empty());
  }

  @Test
  void aMapGpaExitIsAnExplicitWish() {
    Exit exit = new Exit.MapGpaRange(RANGE.start(), new PageCount(2), 0x10, 1);

    assertEquals(explicit(PRIVATE), seat.wish(exit));
  }

  @Test
  @DisplayName("edge 60: a memory fault is an implicit wish for the kind of the access")
  void aMemoryFaultIsAnImplicitWish() {
    assertEquals(
        new Wish.Convert(GpaRange.of(0x5000, 4096), SHARED, Wish.Origin.IMPLICIT),
        seat.wish(fault(SHARED, Errno.EFAULT)));
  }

  @Test
  @DisplayName("edge 63: a poisoned page is no wish")
  void aPoisonedPageIsNoWish() {
    assertEquals(Wish.NOTHING, seat.wish(fault(PRIVATE, Errno.EHWPOISON)));
  }

  @Test
  void otherExitsAreNoWish() {
    Stream.of(
            new Exit.Halt(),
            new Exit.Interrupted(),
            new Exit.Unshare(RANGE),
            new Exit.Mmio(new Gpa(0), 1, Optional.empty()),
            new Exit.Failed(Errno.EIO, "dead"))
        .forEach(exit -> assertEquals(Wish.NOTHING, seat.wish(exit)));
  }

  @Test
  void theVcpuIsHeldAndThenRefused() {
    RetryRule.Hold hold = (RetryRule.Hold) seat.retryRule(explicit(PRIVATE));

    assertEquals(TdxConfig.HOLD_PAUSE, hold.pause());
    assertEquals(TdxConfig.HOLD_ATTEMPTS, hold.attempts());
    assertEquals(RetryRule.GIVE_UP, hold.then());
  }

  @Test
  void doneIsDoneAndLaterIsRetry() {
    assertEquals(Reply.Answer.DONE, seat.reply(explicit(PRIVATE), Settlement.FULFILLED));
    assertEquals(
        Reply.Answer.RETRY, seat.reply(explicit(PRIVATE), new Settlement.RetryLater(PINNED)));
  }

  @ParameterizedTest
  @FieldSource("REFUSALS")
  @DisplayName("edge 31: whatever cannot be done is refused rather than retried")
  void whateverCannotBeDoneIsRefused(Settlement settlement) {
    assertEquals(Reply.Answer.REFUSE, seat.reply(explicit(PRIVATE), settlement));
    assertEquals(Reply.Answer.REFUSE, seat.reply(explicit(SHARED), settlement));
  }

  @Test
  @DisplayName("edge 9: sharing a device window succeeds, making one private does not")
  void aDeviceWindowCanBeSharedOnly() {
    Settlement mmio = new Settlement.Unbacked(true);

    assertEquals(Reply.Answer.DONE, seat.reply(explicit(SHARED), mmio));
    assertEquals(Reply.Answer.REFUSE, seat.reply(explicit(PRIVATE), mmio));
  }

  @Test
  void anImplicitWishIsNeverAnswered() {
    Wish.Convert wish = new Wish.Convert(RANGE, SHARED, Wish.Origin.IMPLICIT);

    assertEquals(Reply.RESUME, seat.reply(wish, Settlement.FULFILLED));
    assertEquals(Reply.RESUME, seat.reply(wish, new Settlement.GaveUp(PINNED, 1)));
  }

  @Test
  void onlyWhatBecamePrivateIsUndone() {
    assertEquals(AfterPartial.UNDO, seat.afterPartial(PRIVATE));
    assertEquals(AfterPartial.KEEP, seat.afterPartial(SHARED));
  }
}
