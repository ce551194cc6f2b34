package io.github.gmem4j.policy.snp.engine;

import static io.github.gmem4j.api.memory.Shareability.PRIVATE;
import static io.github.gmem4j.api.memory.Shareability.SHARED;
import static io.github.gmem4j.policy.snp.engine.SnpVm.GHCB;
import static io.github.gmem4j.policy.snp.engine.SnpVm.event;
import static io.github.gmem4j.policy.snp.engine.SnpVm.msr;
import static io.github.gmem4j.policy.snp.engine.SnpVm.psc;
import static io.github.gmem4j.policy.snp.engine.SnpVm.toPrivate;
import static io.github.gmem4j.policy.snp.engine.SnpVm.toShared;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.policy.RetryRule;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.policy.snp.SnpConfig;
import io.github.gmem4j.policy.snp.ghcb.ExitInfo;
import io.github.gmem4j.policy.snp.ghcb.GhcbMsr;
import io.github.gmem4j.policy.snp.ghcb.PscOperation;
import io.github.gmem4j.policy.snp.ghcb.VmgExitResult;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Edge cases 13 and 20 to 25 end to end, and what becomes of the GHCB page meanwhile. */
final class AnswersTest {
  private final SnpVm vm = SnpVm.launched();

  @Test
  void c13_privateThenSharedEndsShared() {
    VmgExitResult.Event result = event(vm.run(psc(toPrivate(5), toShared(5))).getFirst());

    assertEquals(ExitInfo.NONE, result.info());
    assertEquals(SHARED, vm.stateAt(5 * 4096));
  }

  @Test
  void c20_whatNeedsTimeIsWaitedForAndTheGuestNeverLearns() {
    vm.convert(0, 4096, SHARED);
    Pin pin = vm.pin(0, ReferenceKind.SHORT_TERM);
    vm.duringWaits.add(() -> {});
    vm.duringWaits.add(pin::close);

    assertEquals(ExitInfo.NONE, event(vm.run(psc(toPrivate(0))).getFirst()).info());

    assertEquals(2, vm.waits());
    assertEquals(PRIVATE, vm.stateAt(0));
  }

  @Test
  void c20_aRuleThatEndsInEagainRefusesAllTheSame() {
    RetryRule again = new RetryRule.Hold(SnpConfig.HOLD_PAUSE, 3, RetryRule.ANSWER_RETRY);
    SnpVm hasty = SnpVm.launched(SnpVm.CONFIG.toBuilder().retryRule(again).build());
    hasty.convert(0, 4096, SHARED);
    Pin pin = hasty.pin(0, ReferenceKind.LONG_TERM);
    Vcpu vcpu = hasty.vcpu(psc(toPrivate(0)));

    assertEquals(Reply.Answer.REFUSE, hasty.answer(vcpu, vcpu.run()));
    assertEquals(3, hasty.waits());
    pin.close();
  }

  @Test
  void c21_nonsenseFailsTheRunAndTheNextOneRefusesTheGuest() {
    Vcpu vcpu = vm.vcpu(psc(toShared(0)));
    vcpu.run();

    Exit.Failed failed = assertInstanceOf(Exit.Failed.class, vcpu.run(new Reply.Answer(1)));
    assertEquals(Errno.EINVAL, failed.errno());
    assertEquals(List.of(), vcpu.results());

    assertInstanceOf(Exit.Halt.class, vcpu.run());
    assertEquals(ExitInfo.FAILED, event(vcpu.results().getFirst()).info());
  }

  @Test
  void c22_theFirstBatchStaysAndTheSecondIsWhereTheGuestIsTold() {
    vm.convert(0, 16 * 4096, SHARED);
    Pin pin = vm.pin(9, ReferenceKind.LONG_TERM);

    VmgExitResult.Event result =
        event(vm.run(psc(toPrivate(1), toPrivate(2), toPrivate(8), toPrivate(9))).getFirst());

    assertEquals(ExitInfo.FAILED, result.info());
    assertEquals(2, result.buffer().header().currentEntry());
    assertEquals(0, result.buffer().entry(2).currentPage());
    assertEquals(PRIVATE, vm.stateAt(4096));
    assertEquals(SHARED, vm.stateAt(8 * 4096));
    pin.close();
  }

  @Test
  void c23_onePageOfABatchFailsAndNoneIsConverted() {
    vm.convert(0, 16 * 4096, SHARED);
    Pin pin = vm.pin(3, ReferenceKind.LONG_TERM);

    VmgExitResult.Event result =
        event(
            vm.run(psc(toPrivate(1), toPrivate(2), toPrivate(3), toPrivate(4), toPrivate(5)))
                .getFirst());

    assertEquals(ExitInfo.FAILED, result.info());
    assertEquals(0, result.buffer().header().currentEntry());
    for (int page = 1; page <= 5; page++) {
      assertEquals(SHARED, vm.stateAt(page * 4096L));
    }
    pin.close();
    assertEquals(ExitInfo.NONE, event(vm.run(psc(toPrivate(1), toPrivate(2))).getFirst()).info());
  }

  @Test
  void c24_aSignalBetweenExitsLosesNothing() {
    Vcpu vcpu = vm.vcpu(psc(toShared(1), toShared(9)));
    Exit first = vcpu.run();
    vcpu.kick();

    Exit second = vcpu.run(vm.answer(vcpu, first));
    assertEquals(new Exit.MapGpaRange(new Gpa(9 * 4096), PageCount.ONE, 0, 0), second);
    assertInstanceOf(Exit.Interrupted.class, vcpu.run(vm.answer(vcpu, second)));
    assertInstanceOf(Exit.Halt.class, vcpu.run());

    assertEquals(ExitInfo.NONE, event(vcpu.results().getFirst()).info());
    assertEquals(2, event(vcpu.results().getFirst()).buffer().header().currentEntry());
    assertEquals(SHARED, vm.stateAt(9 * 4096));
  }

  @Test
  void c25_aVcpuThatIsDestroyedLetsGoOfItsGhcb() {
    Vcpu vcpu = vm.vcpu(psc(toShared(1)));
    vcpu.run();
    ConversionOutcome.Blocked blocked =
        assertInstanceOf(ConversionOutcome.Blocked.class, vm.convert(GHCB.value(), 4096, PRIVATE));
    assertEquals("KVM: GHCB of vCPU " + vcpu.id(), blocked.blockers().getFirst().holder());

    vcpu.close();

    assertEquals(true, vm.convert(GHCB.value(), 4096, PRIVATE).succeeded());
    assertEquals(List.of(), vcpu.results());
  }

  @Test
  void c41_aGuestThatTakesItsOwnGhcbAwayIsRefusedAndDoesNotHang() {
    VmgExitResult.Event result = event(vm.run(psc(toPrivate(GHCB.gfn().value()))).getFirst());

    assertEquals(ExitInfo.FAILED, result.info());
    assertEquals(SnpConfig.HOLD_ATTEMPTS, vm.waits());
    assertEquals(SHARED, vm.stateAt(GHCB.value()));
  }

  @Test
  void c41_throughTheMsrTheGhcbCanBeTakenAway() {
    assertEquals(
        List.of(SnpVm.responded(GhcbMsr.DONE)),
        vm.run(msr(GHCB.gfn().value(), PscOperation.PRIVATE)));

    assertEquals(PRIVATE, vm.stateAt(GHCB.value()));
    assertEquals(0, vm.waits());
  }

  @Test
  void aGhcbThatIsPrivateGetsNoAnswer() {
    vm.convert(GHCB.value(), 4096, PRIVATE);

    VmgExitResult.Event result = event(vm.run(psc(toShared(1))).getFirst());

    assertEquals(ExitInfo.NONE, result.info());
    assertEquals(0, result.buffer().header().currentEntry());
    assertEquals(PRIVATE, vm.stateAt(4096));
  }

  @Test
  void aGhcbElsewhereIsNeverInTheWay() {
    SnpVm plain = SnpVm.launched(SnpConfig.DEFAULT);

    assertEquals(
        ExitInfo.NONE, event(plain.run(psc(toPrivate(GHCB.gfn().value()))).getFirst()).info());
  }
}
