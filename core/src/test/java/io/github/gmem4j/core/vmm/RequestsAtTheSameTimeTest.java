package io.github.gmem4j.core.vmm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.participant.Preparation;
import io.github.gmem4j.api.policy.RetryRule;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.policy.Unconverted;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.core.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/**
 * Two vCPUs ask for the same frames and the kernel has the first one's request. Nested calls on one
 * thread hold the first where the second comes in between; so every run is the same.
 */
class RequestsAtTheSameTimeTest {
  private static final Exit HALT = new Exit.Halt();
  private static final RetryRule TWICE =
      new RetryRule.Hold(Duration.ofMillis(2), 2, RetryRule.GIVE_UP);

  private final List<String> log = new ArrayList<>();
  private final Told driver = new Told("driver", log);

  private Vmm vmm(Unconverted unconverted, Told... participants) {
    return new Vmm(new KernelSeat(TWICE, unconverted), participants);
  }

  private static Exit unshare(long first, long count) {
    return new Exit.Unshare(World.gpas(first, count));
  }

  private static Exit again(long first, long count) {
    return new Exit.Unshare(World.gpas(first, count), Optional.of(World.at(first)));
  }

  private static Settlement settlement(Answer answer) {
    return assertInstanceOf(Answer.Settled.class, answer).settlement();
  }

  @Test
  void readinessThatTheKernelWasToldIsNotTakenBack() {
    Vmm vmm = vmm(Unconverted.GIVEN_UP, driver);
    vmm.coordinator().answer(0, unshare(0, 4));

    Settlement second = settlement(vmm.coordinator().settle(1, unshare(2, 4)));

    assertInstanceOf(Settlement.GaveUp.class, second);
    assertEquals(2, vmm.pauses().size());
    assertEquals(List.of("prepare 0-3 PRIVATE"), log);
    vmm.world().toPrivate(0, 4);
    vmm.coordinator().answer(0, HALT);
    assertEquals(List.of("prepare 0-3 PRIVATE", "commit 0-3 PRIVATE"), log);
  }

  @Test
  void newerRequestGoesOnAsSoonAsTheKernelHasConvertedForTheOlder() {
    Vmm vmm = vmm(Unconverted.GIVEN_UP, driver);
    vmm.coordinator().answer(0, unshare(0, 4));
    vmm.duringPause(() -> vmm.world().toPrivate(0, 4));

    assertEquals(Settlement.READY, settlement(vmm.coordinator().settle(1, unshare(2, 4))));

    assertEquals(1, vmm.pauses().size());
    assertEquals(List.of("prepare 0-3 PRIVATE", "commit 0-3 PRIVATE", "prepare 2-5 PRIVATE"), log);
  }

  @Test
  void requestThatWaitsForParticipantsExcludesTheOneThatTheKernelGot() {
    Vmm vmm = vmm(Unconverted.GIVEN_UP, driver);
    List<Answer> second = new ArrayList<>();
    driver.onPrepare(conversion -> {
      driver.onPrepare(other -> Preparation.READY);
      second.add(vmm.coordinator().settle(1, unshare(0, 4)));
      return Preparation.READY;
    });

    assertEquals(Settlement.READY, settlement(vmm.coordinator().settle(0, unshare(0, 4))));

    assertInstanceOf(Settlement.GaveUp.class, settlement(second.getFirst()));
    assertEquals(List.of("prepare 0-3 PRIVATE"), log);
  }

  @Test
  void commitsOfOneRequestAreOverBeforeTheNextIsPrepared() {
    Told slow = new Told("slow", log);
    Told last = new Told("last", log);
    Vmm vmm = vmm(Unconverted.GIVEN_UP, slow, last);
    vmm.coordinator().answer(0, unshare(0, 1));
    vmm.world().toPrivate(0, 1);
    List<Answer> second = new ArrayList<>();
    slow.onCommit(conversion ->
        second.add(vmm.coordinator().settle(1, Vmm.asking(0, 1, Shareability.SHARED))));

    vmm.coordinator().answer(0, HALT);

    assertInstanceOf(Settlement.GaveUp.class, settlement(second.getFirst()));
    assertEquals(
        List.of("prepare 0 PRIVATE", "prepare 0 PRIVATE", "commit 0 PRIVATE", "commit 0 PRIVATE"),
        log);
    assertEquals(Shareability.PRIVATE, vmm.world().memory().shareability(new PageIndex(0)));
  }

  @Test
  void firstTryIsNeverTakenForTheKernelAskingAgain() {
    Vmm vmm = vmm(Unconverted.GIVEN_UP, driver);
    for (int round = 0; round < 10; round++) {
      assertEquals(Settlement.READY, settlement(vmm.coordinator().settle(0, unshare(0, 1))));
      vmm.world().toPrivate(0, 1);
      vmm.world().toShared(0, 1);
    }

    assertEquals(List.of(), vmm.pauses());
    assertEquals(10, log.stream().filter("prepare 0 PRIVATE"::equals).count());
    assertEquals(9, log.stream().filter("abort 0 PRIVATE"::equals).count());
  }

  @Test
  void requestEndedByItsOwnPatienceWhileOthersWaitIsAbortedOnce() {
    Vmm vmm = vmm(Unconverted.GIVEN_UP, driver);
    vmm.coordinator().answer(0, unshare(0, 1));
    vmm.duringPause(() -> {
      vmm.duringPause(() -> {});
      assertInstanceOf(
          Settlement.GaveUp.class, settlement(vmm.coordinator().settle(1, unshare(0, 1))));
    });

    assertEquals(Settlement.READY, settlement(vmm.coordinator().settle(0, again(0, 1))));

    vmm.world().toPrivate(0, 1);
    vmm.coordinator().answer(0, HALT);
    assertEquals(List.of("prepare 0 PRIVATE", "commit 0 PRIVATE"), log);
  }

  @Test
  void requestFoundDoneWhileItsVcpuIsHeldBeginsAnew() {
    Vmm vmm = vmm(Unconverted.GIVEN_UP, driver);
    vmm.coordinator().answer(0, unshare(0, 1));
    vmm.duringPause(() -> {
      vmm.world().toPrivate(0, 1);
      vmm.coordinator().answer(1, HALT);
    });

    assertEquals(Settlement.READY, settlement(vmm.coordinator().settle(0, again(0, 1))));

    assertEquals(List.of("prepare 0 PRIVATE", "commit 0 PRIVATE", "prepare 0 PRIVATE"), log);
  }

  @Test
  void pagesThatAreStillComingAreTakenOverByANewerRequestForThem() {
    Vmm vmm = vmm(Unconverted.STILL_COMING, driver);
    vmm.coordinator().answer(0, unshare(0, 4));
    vmm.coordinator().answer(0, HALT);

    assertEquals(Settlement.READY, settlement(vmm.coordinator().settle(1, unshare(1, 2))));

    assertEquals(List.of("prepare 0-3 PRIVATE"), log);
    vmm.world().toPrivate(0, 4);
    vmm.coordinator().answer(1, HALT);
    assertEquals(List.of("prepare 0-3 PRIVATE", "commit 0-3 PRIVATE"), log);
  }

  @Test
  void pagesThatAreStillComingKeepOtherRequestsWaiting() {
    Vmm vmm = vmm(Unconverted.STILL_COMING, driver);
    vmm.coordinator().answer(0, unshare(0, 4));
    vmm.coordinator().answer(0, HALT);

    Settlement partly = settlement(vmm.coordinator().settle(1, unshare(3, 2)));
    Settlement back =
        settlement(vmm.coordinator().settle(1, Vmm.asking(0, 1, Shareability.SHARED)));

    assertInstanceOf(Settlement.GaveUp.class, partly);
    assertInstanceOf(Settlement.GaveUp.class, back);
    assertEquals(List.of("prepare 0-3 PRIVATE"), log);
  }

  @Test
  void refusalThatComesTooLateDoesNotHandThePageBack() {
    Vmm vmm =
        vmm(
            Unconverted.STILL_COMING,
            driver,
            new Told("refuser").onPrepare(conversion -> new Preparation.Refused("in use")));
    vmm.world().toPrivate(0, 1);

    vmm.coordinator().answer(0, unshare(0, 1));

    assertEquals(List.of("prepare 0 PRIVATE", "commit 0 PRIVATE"), log);
  }

  @Test
  void runThatFailedLeavesItsRequestOpen() {
    Vmm vmm = vmm(Unconverted.GIVEN_UP, driver);
    vmm.coordinator().answer(0, unshare(0, 1));

    vmm.coordinator().answer(0, new Exit.Failed(Errno.EINVAL, "bad reply"));
    assertEquals(List.of("prepare 0 PRIVATE"), log);

    vmm.world().toPrivate(0, 1);
    vmm.coordinator().answer(0, HALT);
    assertEquals(List.of("prepare 0 PRIVATE", "commit 0 PRIVATE"), log);
  }

  @Test
  void twoThreadsThatAnswerOneVcpuAreAnErrorThatNamesIt() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch tried = new CountDownLatch(1);
    Vmm vmm = vmm(Unconverted.GIVEN_UP, driver);
    driver.onPrepare(conversion -> {
      inside.countDown();
      await(tried);
      return Preparation.READY;
    });
    Thread first = new Thread(() -> vmm.coordinator().answer(3, unshare(0, 1)), "first");
    first.start();
    await(inside);

    IllegalStateException thrown;
    try {
      thrown = assertThrows(IllegalStateException.class, () -> vmm.coordinator().answer(3, HALT));
    } finally {
      tried.countDown();
      first.join();
    }

    assertTrue(thrown.toString().contains("vCPU 3"), thrown::toString);
    assertTrue(thrown.toString().contains("'first'"), thrown::toString);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
