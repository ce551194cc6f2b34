package io.github.gmem4j.core.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.guest.PlainHypercall;
import io.github.gmem4j.api.guest.PlainResult;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.core.Hex;
import io.github.gmem4j.core.World;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** KVM_HC_MAP_GPA_RANGE of a software-protected guest, and the guest kernel that makes it. */
class PlainHypercallTest {
  private static final long BASE = World.BASE;

  private final World world = World.inPlace();

  PlainHypercallTest() {
    world.vm().enableExitHypercalls(1 << Exit.MapGpaRange.NUMBER).orThrow();
  }

  @Test
  void exitCarriesTheArgumentsAndTheAnswerGoesToTheGuestAsItIs() {
    Exit exit = world.exitOf(call(new PlainHypercall(12, BASE, 3, 0x12, 0)));

    assertEquals(new Exit.MapGpaRange(new Gpa(BASE), new PageCount(3), 0x12, 1), exit);
    world.vcpu().run(new Reply.Answer(-77));
    assertEquals(List.of(new ActionResult.Returned(new PlainResult(-77))), world.vcpu().results());
  }

  @ParameterizedTest(name = "number {0}, gpa {1}, pages {2}, level {3}: {4}")
  @CsvSource({
    "12, 0x100000000, 1, 3, -1",
    "13, 0x100000000, 1, 3, -1",
    "11, 0x100000000, 1, 0, -1000",
    "0, 0x100000000, 1, 0, -1000",
    "12, 0x100000001, 1, 0, -22",
    "12, 0x100000000, 0, 0, -22",
    "12, 0x1000, 0xffffffffffffffff, 0, -22",
  })
  void kvmAnswersItselfInTheKernelsOrder(
      long number, String gpa, String pages, int level, long value) {
    PlainHypercall hypercall = new PlainHypercall(number, Hex.of(gpa), Hex.of(pages), 0, level);

    assertEquals(
        new ActionResult.Returned(new PlainResult(value)), world.resultOf(call(hypercall)));
  }

  @Test
  void absurdNumberOfPagesLeavesAllTheSame() {
    PlainHypercall hypercall = new PlainHypercall(12, BASE, 1L << 60, 0, 0);

    assertTrue(world.exitOf(call(hypercall)) instanceof Exit.MapGpaRange);
  }

  @Test
  void callOfAnotherArchitectureIsNotAvailable() {
    GuestCall foreign = new GuestCall() {};

    assertEquals(
        new ActionResult.Returned(PlainResult.NOT_AVAILABLE), world.resultOf(call(foreign)));
  }

  @Test
  void switchedOffCallIsNotAvailable() {
    world.vm().enableExitHypercalls(0).orThrow();

    assertEquals(
        new ActionResult.Returned(PlainResult.NOT_AVAILABLE),
        world.resultOf(call(new PlainHypercall(12, BASE, 1, 0, 0))));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 1 << 11, 1 << 13, (1 << 12) | 1, -1, Long.MIN_VALUE})
  void onlyMapGpaCanBeEnabled(long hypercalls) {
    assertEquals(Errno.EINVAL, World.errnoOf(world.vm().enableExitHypercalls(hypercalls)));
  }

  @Test
  void requestMakesOneCallAndIsFulfilled() {
    GuestAction request = new GuestAction.Request(World.gpas(1, 2), Shareability.SHARED);

    assertEquals(new Exit.MapGpaRange(World.gpa(1), new PageCount(2), 0, 1), world.exitOf(request));
    world.vcpu().run(Reply.Answer.DONE);

    assertEquals(List.of(new ActionResult.Fulfilled()), world.vcpu().results());
  }

  @Test
  void guestAsksThreeTimesWhenToldToRetryAndThenGivesUp() {
    world
        .vcpu()
        .load(GuestProgram.of(new GuestAction.Request(World.gpas(1, 2), Shareability.PRIVATE)));
    Exit exit = world.vcpu().run();
    int asked = 0;
    for (; exit instanceof Exit.MapGpaRange map; asked++) {
      assertEquals(Shareability.PRIVATE, map.target());
      exit = world.vcpu().run(Reply.Answer.RETRY);
    }

    assertEquals(3, asked);
    assertEquals(List.of(new ActionResult.GaveUp("hypercall returned 11")), world.vcpu().results());
  }

  @Test
  void refusedGuestGivesUpAtOnce() {
    world.exitOf(new GuestAction.Request(World.gpas(1, 2), Shareability.PRIVATE));
    world.vcpu().run(Reply.Answer.REFUSE);

    assertEquals(List.of(new ActionResult.GaveUp("hypercall returned 22")), world.vcpu().results());
  }

  private static GuestAction call(GuestCall call) {
    return new GuestAction.Call(call);
  }
}
