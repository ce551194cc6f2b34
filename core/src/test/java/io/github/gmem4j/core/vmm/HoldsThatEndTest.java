package io.github.gmem4j.core.vmm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.RetryRule;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.core.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An interrupt, a kick or a close ends a hold at once; nothing is told to the guest or lost. */
class HoldsThatEndTest {
  private final List<String> log = new ArrayList<>();
  private final Told driver = new Told("driver", log);
  private final Vmm vmm = new Vmm(Rules.STRICT.with(Rules.hold(5, RetryRule.GIVE_UP)), driver);
  private final Vcpu vcpu =
      vmm.world()
          .vm()
          .createVcpu(
              GuestProgram.of(new GuestAction.Request(World.gpas(0, 1), Shareability.PRIVATE)));
  private final Pin pin =
      vmm.world().host().pin(new PageIndex(0), ReferenceKind.LONG_TERM, "device").orThrow();

  HoldsThatEndTest() {
    vmm.world().vm().enableExitHypercalls(vmm.world().vm().exitHypercalls()).orThrow();
  }

  @AfterEach
  void clearInterrupt() {
    Thread.interrupted();
  }

  @Test
  void interruptedThreadLeavesTheRequestOpen() {
    Thread.currentThread().interrupt();

    assertEquals(new Exit.Interrupted(), vmm.coordinator().run(vcpu));

    assertEquals(List.of(), vmm.pauses());
    assertEquals(List.of(), vcpu.results());
    assertTrue(Thread.interrupted());
    assertEquals(List.of("prepare 0 PRIVATE"), log);
    pin.close();
    assertEquals(new Exit.Halt(), vmm.coordinator().run(vcpu));
    assertEquals(List.of(new ActionResult.Fulfilled()), vcpu.results());
    assertEquals(List.of("prepare 0 PRIVATE", "commit 0 PRIVATE"), log);
  }

  @Test
  void interruptsDoNotUseUpThePatience() {
    Exit exit = Vmm.asking(0, 1, Shareability.PRIVATE);
    for (int i = 0; i < 50; i++) {
      Thread.currentThread().interrupt();
      assertInstanceOf(Answer.Interrupted.class, vmm.coordinator().settle(9, exit));
      assertTrue(Thread.interrupted());
    }

    Answer.Settled last = assertInstanceOf(Answer.Settled.class, vmm.coordinator().settle(9, exit));

    assertEquals(5, vmm.pauses().size());
    assertEquals(6, assertInstanceOf(Settlement.GaveUp.class, last.settlement()).attempts());
  }

  @Test
  void kickEndsTheHoldAndTheNextRunGoesOn() {
    vmm.duringPause(vcpu::kick);

    assertEquals(new Exit.Interrupted(), vmm.coordinator().run(vcpu));

    assertEquals(1, vmm.pauses().size());
    assertEquals(List.of(), vcpu.results());
    vmm.duringPause(pin::close);
    // The kick is the vCPU's: it takes it when it runs.
    assertEquals(new Exit.Interrupted(), vmm.coordinator().run(vcpu));
    assertEquals(new Exit.Halt(), vmm.coordinator().run(vcpu));
    assertEquals(List.of(new ActionResult.Fulfilled()), vcpu.results());
    assertEquals(List.of("prepare 0 PRIVATE", "commit 0 PRIVATE"), log);
  }

  @Test
  void kickThatCameBeforeTheHoldEndsItToo() {
    driver.onPrepare(conversion -> {
      vcpu.kick();
      return io.github.gmem4j.api.participant.Preparation.READY;
    });

    assertEquals(new Exit.Interrupted(), vmm.coordinator().run(vcpu));

    assertEquals(List.of(), vmm.pauses());
  }

  @Test
  void oldKickEndsNoHold() {
    vcpu.kick();
    assertEquals(new Exit.Interrupted(), vmm.coordinator().run(vcpu));
    vmm.duringPause(pin::close);

    assertEquals(new Exit.Halt(), vmm.coordinator().run(vcpu));
  }

  @Test
  void closedVcpuLeavesAtOnceAndItsParticipantsHearTheEnd() {
    vmm.duringPause(vcpu::close);

    Exit.Failed failed = assertInstanceOf(Exit.Failed.class, vmm.coordinator().run(vcpu));

    assertEquals(Errno.EBADF, failed.errno());
    assertEquals(1, vmm.pauses().size());
    assertEquals(List.of("prepare 0 PRIVATE", "abort 0 PRIVATE"), log);
  }

  @Test
  void closedVmLikewise() {
    vmm.duringPause(vmm.world().vm()::close);

    Exit.Failed failed = assertInstanceOf(Exit.Failed.class, vmm.coordinator().run(vcpu));

    assertEquals(Errno.EIO, failed.errno());
    assertEquals(List.of("prepare 0 PRIVATE", "abort 0 PRIVATE"), log);
  }

  @Test
  void loopOfOnesOwnEndsAHoldAndAnswersTheSameExitAgain() {
    Exit exit = Vmm.asking(0, 1, Shareability.PRIVATE);
    vmm.duringPause(() -> vmm.coordinator().kick(9));

    assertInstanceOf(Answer.Interrupted.class, vmm.coordinator().settle(9, exit));

    vmm.duringPause(pin::close);
    Answer.Settled settled =
        assertInstanceOf(Answer.Settled.class, vmm.coordinator().settle(9, exit));
    assertEquals(Settlement.FULFILLED, settled.settlement());
    assertEquals(List.of("prepare 0 PRIVATE", "commit 0 PRIVATE"), log);
  }

  @Test
  void requestThatIsNotAskedForAgainIsAborted() {
    vmm.duringPause(() -> vmm.coordinator().kick(9));
    vmm.coordinator().settle(9, Vmm.asking(0, 1, Shareability.PRIVATE));
    vmm.duringPause(() -> {});

    assertEquals(Answer.NOT_MINE, vmm.coordinator().settle(9, new Exit.Halt()));

    assertEquals(List.of("prepare 0 PRIVATE", "abort 0 PRIVATE"), log);
  }

  @Test
  void kernelsQuestionIsHeldAgainAfterAnInterruptedHold() {
    Vmm kernels =
        new Vmm(
            new KernelSeat(
                new RetryRule.Hold(Duration.ofMillis(1), 2, RetryRule.GIVE_UP),
                io.github.gmem4j.api.policy.Unconverted.GIVEN_UP),
            driver);
    Exit again = new Exit.Unshare(World.gpas(0, 1), java.util.Optional.of(World.at(0)));
    kernels.coordinator().answer(0, new Exit.Unshare(World.gpas(0, 1)));
    kernels.duringPause(() -> kernels.coordinator().kick(0));
    assertInstanceOf(Answer.Interrupted.class, kernels.coordinator().settle(0, again));
    kernels.duringPause(() -> {});

    assertEquals(
        Settlement.READY,
        assertInstanceOf(Answer.Settled.class, kernels.coordinator().settle(0, again))
            .settlement());
    assertEquals(List.of("prepare 0 PRIVATE"), log);
  }
}
