package io.github.gmem4j.policy.pkvm.engine;

import static io.github.gmem4j.api.memory.Shareability.PRIVATE;
import static io.github.gmem4j.api.memory.Shareability.SHARED;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.REFUSED;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.SUCCEEDED;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.at;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.call;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.gpa;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.gpas;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.loaded;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.read;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.request;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.unshare;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.core.kernel.HostKernel;
import io.github.gmem4j.policy.pkvm.PkvmVariant;
import io.github.gmem4j.policy.pkvm.hvc.Hvc;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From shared to private inside {@code run()}, step by step: edge cases 9 to 19. */
final class UnsharingTest {
  private static final Exit ASKED = new Exit.Unshare(gpas(3, 1));
  private static final Exit ASKED_AGAIN = new Exit.Unshare(gpas(3, 1), Optional.of(at(3)));

  private final TestVm vm = TestVm.of(PkvmVariant.ASK_AGAIN);

  @Test
  void n9_nobodyHoldsThePage() {
    vm.shared(3, 42);
    Vcpu vcpu = vm.vcpu(unshare(3), read(3));

    assertEquals(ASKED, vcpu.run());
    assertEquals(SHARED, vm.state(3));
    assertInstanceOf(Exit.Halt.class, vcpu.run(Reply.Answer.DONE));

    assertEquals(List.of(SUCCEEDED, loaded(42)), vcpu.results());
    assertEquals(PRIVATE, vm.state(3));
    assertEquals(1, vm.left(Exit.Unshare.class));
  }

  @Test
  void n10_pinHeldForThreeRunsThenDropped() {
    vm.shared(3, 42);
    Pin pin = vm.pin(3);
    Vcpu vcpu = vm.vcpu(unshare(3), read(3));
    assertEquals(ASKED, vcpu.run());

    for (int i = 0; i < 3; i++) {
      assertEquals(ASKED_AGAIN, vcpu.run(Reply.Answer.DONE));
      assertEquals(List.of(), vcpu.results(), "the guest is still in its call");
      assertEquals(SHARED, vm.state(3));
    }
    pin.close();
    assertInstanceOf(Exit.Halt.class, vcpu.run(Reply.Answer.DONE));

    assertEquals(List.of(SUCCEEDED, loaded(42)), vcpu.results());
    assertEquals(PRIVATE, vm.state(3));
  }

  @Test
  void n11_theGuestRunsOnWithoutThePageThatIsHeld() {
    TestVm runOn = TestVm.of(PkvmVariant.RUN_ON);
    runOn.shared(3, 42);
    runOn.shared(4, 43);
    Pin pin = runOn.pin(3);
    Vcpu vcpu = runOn.vcpu(unshare(3), read(4), TestVm.write(5, 1), read(3));
    assertEquals(ASKED, vcpu.run());

    // Everything up to the touch happens in this run.
    assertEquals(ASKED_AGAIN, vcpu.run(Reply.Answer.DONE));
    assertEquals(3, vcpu.results().size());
    assertEquals(SUCCEEDED, vcpu.results().getFirst());
    assertEquals(SHARED, runOn.state(3));
    pin.close();
    assertInstanceOf(Exit.Halt.class, vcpu.run(Reply.Answer.DONE));

    assertEquals(loaded(42), vcpu.results().getLast());
    assertEquals(PRIVATE, runOn.state(3));
  }

  @Test
  void n11_afterTheReleaseTheTouchConvertsWithoutAnExit() {
    TestVm runOn = TestVm.of(PkvmVariant.RUN_ON);
    runOn.shared(3, 42);
    Pin pin = runOn.pin(3);
    Vcpu vcpu = runOn.vcpu(unshare(3));
    vcpu.run();
    assertInstanceOf(Exit.Halt.class, vcpu.run(Reply.Answer.DONE));
    assertEquals(SHARED, runOn.state(3));
    pin.close();

    assertInstanceOf(Exit.Halt.class, runOn.vcpu(read(3)).run());

    assertEquals(PRIVATE, runOn.state(3));
  }

  @Test
  void n12_eachVcpuThatTouchesLeavesAndTheOthersRun() {
    TestVm runOn = TestVm.of(PkvmVariant.RUN_ON);
    runOn.shared(3, 42);
    Pin pin = runOn.pin(3);
    Vcpu asking = runOn.vcpu(unshare(3), read(3));
    Vcpu touching = runOn.vcpu(read(3));
    asking.run();

    assertEquals(ASKED_AGAIN, asking.run(Reply.Answer.DONE));
    assertEquals(ASKED_AGAIN, asking.run(Reply.Answer.DONE));
    assertEquals(ASKED_AGAIN, touching.run());
    assertInstanceOf(Exit.Halt.class, runOn.vcpu(read(4), read(5)).run());

    pin.close();
    assertInstanceOf(Exit.Halt.class, touching.run(Reply.Answer.DONE));
    assertEquals(List.of(loaded(42)), touching.results());
    assertInstanceOf(Exit.Halt.class, asking.run(Reply.Answer.DONE));
    assertEquals(List.of(SUCCEEDED, loaded(42)), asking.results());
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 22})
  void n13_aRefusalIsToldAndNothingIsTried(long ret) {
    vm.shared(3, 42);
    Vcpu vcpu = vm.vcpu(unshare(3), unshare(3));
    vcpu.run();

    assertEquals(ASKED, vcpu.run(new Reply.Answer(ret)));

    assertEquals(List.of(REFUSED), vcpu.results());
    assertEquals(SHARED, vm.state(3));
    assertEquals(0, triedToPrivate(vm));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, -11, -22, 14, Long.MIN_VALUE})
  void n14_anyOtherAnswerFailsTheRunAndTheQuestionStaysOpen(long ret) {
    vm.shared(3, 42);
    Vcpu vcpu = vm.vcpu(unshare(3));
    vcpu.run();

    Exit.Failed failed = assertInstanceOf(Exit.Failed.class, vcpu.run(new Reply.Answer(ret)));

    assertEquals(Errno.EINVAL, failed.errno());
    assertEquals(List.of(), vcpu.results());
    assertEquals(SHARED, vm.state(3));
    assertInstanceOf(Exit.Halt.class, vcpu.run(Reply.Answer.DONE));
    assertEquals(List.of(SUCCEEDED), vcpu.results());
    assertEquals(PRIVATE, vm.state(3));
  }

  @Test
  void n15_aTouchAfterTheEarlyUnmapFaultsThePageInAgain() {
    TestVm early = TestVm.of(PkvmVariant.UNMAP_FIRST);
    early.shared(3, 42);
    early.load(3);
    Vcpu vcpu = early.vcpu(unshare(3), read(3));
    vcpu.run();
    assertFalse(early.hostMaps(3));
    long before = early.host.faults();

    early.store(3, 43);

    assertTrue(early.hostMaps(3));
    assertEquals(before + 1, early.host.faults());
    // A touch alone is no reference: the conversion unmaps once more, under its lock.
    assertInstanceOf(Exit.Halt.class, vcpu.run(Reply.Answer.DONE));
    assertEquals(List.of(SUCCEEDED, loaded(43)), vcpu.results());
    assertFalse(early.hostMaps(3));
  }

  @Test
  void n15_aReferenceTakenAfterTheEarlyUnmapIsCaseTwoAndNoCorruption() {
    TestVm early = TestVm.of(PkvmVariant.UNMAP_FIRST);
    early.shared(3, 42);
    Vcpu vcpu = early.vcpu(unshare(3), read(3));
    vcpu.run();
    Pin pin = early.pin(3);

    assertEquals(ASKED_AGAIN, vcpu.run(Reply.Answer.DONE));
    pin.store(0, (byte) 43);
    pin.close();
    vcpu.run(Reply.Answer.DONE);

    assertEquals(List.of(SUCCEEDED, loaded(43)), vcpu.results());
  }

  @Test
  void hostUnmappingWaitsForTheReentryUnlessItIsToComeFirst() {
    vm.shared(3, 42);
    vm.load(3);
    Vcpu vcpu = vm.vcpu(unshare(3));

    vcpu.run();

    assertTrue(vm.hostMaps(3));
    vcpu.run(Reply.Answer.DONE);
    assertFalse(vm.hostMaps(3));
  }

  @Test
  void n16_aTouchBetweenTheLastUnmapAndTheCheckIsServedAfterTheFlip() throws Exception {
    vm.shared(3, 42);
    FutureTask<HostAccess> touch = new FutureTask<>(() -> vm.touch(3));
    HostAccess served = duringTheCheck(touch);

    assertInstanceOf(HostAccess.Fault.class, served);
    assertEquals(PRIVATE, vm.state(3));
    assertFalse(vm.hostMaps(3));
  }

  @Test
  void n17_aPinBetweenTheCheckAndTheFlipIsRefused() throws Exception {
    vm.shared(3, 42);
    FutureTask<KernelResult<Pin>> pin =
        new FutureTask<>(() -> vm.host.pin(new PageIndex(3), ReferenceKind.LONG_TERM, "nic"));

    KernelResult<Pin> taken = duringTheCheck(pin);

    KernelResult.Failed<?> failed = assertInstanceOf(KernelResult.Failed.class, taken);
    assertEquals(Errno.EFAULT, failed.errno());
    assertEquals(PRIVATE, vm.state(3));
  }

  /** Converts page 3; another thread acts when its host mappings are gone and none is counted. */
  private <T> T duringTheCheck(FutureTask<T> act) throws Exception {
    List<Thread> others = new ArrayList<>();
    vm.inside =
        (site, subject) -> {
          if (site.equals(HostKernel.TRANSIENT_REFERENCE) && others.isEmpty()) {
            Thread other = Thread.ofPlatform().start(act);
            others.add(other);
            // Without a lock in its way it would be over in no time.
            while (other.getState() == Thread.State.RUNNABLE
                || other.getState() == Thread.State.NEW) {
              Thread.onSpinWait();
            }
            assertFalse(act.isDone(), "served between the last unmap and the flip");
          }
          return false;
        };
    assertEquals(SUCCEEDED, vm.result(unshare(3)));
    assertEquals(1, others.size());
    return act.get();
  }

  @Test
  void n18_aPassingReferenceCostsOneMoreRun() {
    vm.shared(3, 42);
    vm.fail(HostKernel.TRANSIENT_REFERENCE, 1);
    Vcpu vcpu = vm.vcpu(unshare(3));
    vcpu.run();

    assertEquals(ASKED_AGAIN, vcpu.run(Reply.Answer.DONE));
    assertInstanceOf(Exit.Halt.class, vcpu.run(Reply.Answer.DONE));

    assertEquals(List.of(SUCCEEDED), vcpu.results());
  }

  @Test
  void n19_aPageHeldInTheMiddleOfARangeFlipsNone() {
    TestVm android = TestVm.of(PkvmVariant.ANDROID);
    android.run(request(4, 4, SHARED));
    for (long page = 4; page < 8; page++) {
      android.store(page, (int) page);
    }
    Pin pin = android.pin(6);
    Vcpu vcpu = android.vcpu(call(Hvc.unshare(gpa(4), 4)));
    assertEquals(new Exit.Unshare(gpas(4, 4)), vcpu.run());

    assertEquals(new Exit.Unshare(gpas(4, 4), Optional.of(at(6))), vcpu.run(Reply.Answer.DONE));

    assertEquals("PPPPSSSS", android.states(8));
    for (long page = 4; page < 8; page++) {
      assertFalse(android.hostMaps(page));
      assertEquals(page, android.load(page));
    }
    pin.close();
    vcpu.run(Reply.Answer.DONE);
    assertEquals("PPPPPPPP", android.states(8));
  }

  @Test
  void noMemoryForTheNewStateFailsTheRunAndTheNextOneTriesAgain() {
    vm.shared(3, 42);
    vm.fail(HostKernel.RESERVE_STATE, 1);
    Vcpu vcpu = vm.vcpu(unshare(3));
    vcpu.run();

    Exit.Failed failed = assertInstanceOf(Exit.Failed.class, vcpu.run(Reply.Answer.DONE));

    assertEquals(Errno.ENOMEM, failed.errno());
    assertEquals(SHARED, vm.state(3));
    assertInstanceOf(Exit.Halt.class, vcpu.run());
    assertEquals(List.of(SUCCEEDED), vcpu.results());
  }

  private static long triedToPrivate(TestVm vm) {
    return vm.events.stream()
        .filter(
            event -> event instanceof RoadEvent.ConversionTried tried && tried.target() == PRIVATE)
        .count();
  }

  @Test
  void aSuccessfulConversionIsTriedOnce() {
    vm.shared(3, 42);

    vm.run(unshare(3));

    assertEquals(1, triedToPrivate(vm));
    assertEquals(0, vm.tried(ConversionOutcome.Blocked.class));
  }
}
