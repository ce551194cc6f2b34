package io.github.gmem4j.policy.pkvm.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.guest.InstructionResult;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.policy.GuestMove;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.policy.pkvm.hvc.Hvc;
import io.github.gmem4j.policy.pkvm.hvc.HvcProfile;
import io.github.gmem4j.policy.pkvm.hvc.HvcResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LinuxGuestTest {
  private final GuestKernel guest = GuestFlavour.LINUX.on(HvcProfile.MAINLINE);

  private static GuestMove.Call call(GuestMove move) {
    return assertInstanceOf(GuestMove.Call.class, move);
  }

  @Test
  void itCallsPageByPageInOrder() {
    GuestMove.Call first = call(guest.begin(GpaRange.of(0x3000, 0x2000), Shareability.PRIVATE));
    GuestMove.Call second = call(guest.afterCall(first.progress(), HvcResult.SUCCESS));
    GuestMove end = guest.afterCall(second.progress(), HvcResult.SUCCESS);

    assertEquals(Hvc.unshare(new Gpa(0x3000)), first.call());
    assertEquals(Hvc.unshare(new Gpa(0x4000)), second.call());
    assertEquals(GuestMove.DONE, end);
  }

  @ParameterizedTest
  @ValueSource(longs = {-3, -1, -2, 7, Long.MAX_VALUE})
  void anythingButZeroIsAFailure(long x0) {
    GuestMove.Call first = call(guest.begin(GpaRange.of(0x3000, 0x2000), Shareability.SHARED));

    GuestMove end = guest.afterCall(first.progress(), HvcResult.ofValue(x0));

    assertTrue(
        assertInstanceOf(GuestMove.GiveUp.class, end)
            .reason()
            .startsWith("cannot share gpa 0x3000"));
  }

  @Test
  void memoryThatCannotBeTakenBackIsLeaked() {
    GuestMove.Call first = call(guest.begin(GpaRange.of(0x3000, 0x1000), Shareability.PRIVATE));

    GuestMove end = guest.afterCall(first.progress(), HvcResult.INVALID_PARAMETER);

    assertEquals(
        new GuestMove.GiveUp(
            "cannot take back gpa 0x3000 (x0=INVALID_PARAMETER), EPERM: the memory is leaked"),
        end);
  }

  @Test
  void aStartInsideAPageIsReportedDoneAndNothingIsCalled() {
    assertEquals(GuestMove.DONE, guest.begin(GpaRange.of(0x3008, 0x1000), Shareability.SHARED));
  }

  @Test
  void aSizeThatEndsInsideAPageIsRoundedUp() {
    GuestMove.Call first = call(guest.begin(GpaRange.of(0x3000, 0x1001), Shareability.SHARED));
    GuestMove.Call second = call(guest.afterCall(first.progress(), HvcResult.SUCCESS));

    assertEquals(Hvc.share(new Gpa(0x4000)), second.call());
    assertEquals(GuestMove.DONE, guest.begin(GpaRange.of(0x3000, 0), Shareability.SHARED));
  }

  private record SomebodyElsesResult() implements GuestResult, InstructionResult {}

  @Test
  void somethingUnexpectedMakesItGiveUp() {
    GuestMove.Call first = call(guest.begin(GpaRange.of(0x3000, 0x1000), Shareability.SHARED));

    assertInstanceOf(
        GuestMove.GiveUp.class, guest.afterCall(first.progress(), new SomebodyElsesResult()));
    assertInstanceOf(
        GuestMove.GiveUp.class,
        guest.afterInstruction(first.progress(), new SomebodyElsesResult()));
  }
}
