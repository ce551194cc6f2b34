package io.github.gmem4j.policy.pkvm.engine;

import static io.github.gmem4j.api.memory.Shareability.PRIVATE;
import static io.github.gmem4j.api.memory.Shareability.SHARED;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.REFUSED;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.SUCCEEDED;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.gpas;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.loaded;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.read;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.request;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.share;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.unshare;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.core.kernel.HostKernel;
import io.github.gmem4j.policy.pkvm.PkvmVariant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A second vCPU, a lost vCPU, a reboot, signals and forgeries: edge cases 21 to 30, and 45. */
final class VcpusTest {
  private final TestVm vm = TestVm.of(PkvmVariant.ASK_AGAIN);

  private static Vcpu atItsExit(TestVm of, long page) {
    Vcpu vcpu = of.vcpu(unshare(page), read(page));
    assertInstanceOf(Exit.Unshare.class, vcpu.run());
    return vcpu;
  }

  private static void halts(Exit exit) {
    assertInstanceOf(Exit.Halt.class, exit);
  }

  @ParameterizedTest
  @EnumSource(
      value = PkvmVariant.class,
      names = {"ASK_AGAIN", "ONE_TRY", "RUN_ON", "UNMAP_FIRST", "SUCCESS_FIRST"})
  void n21_aNewerShareCancelsAPendingUnshare(PkvmVariant variant) {
    TestVm of = TestVm.of(variant);
    of.shared(3, 42);
    Vcpu v = atItsExit(of, 3);

    assertEquals(SUCCEEDED, of.result(share(3)));
    halts(v.run(Reply.Answer.DONE));

    assertEquals(List.of(REFUSED, loaded(42)), v.results());
    assertEquals(SHARED, of.state(3));
  }

  @Test
  void n22_twoUnsharesOfOnePageAreOneFlipAndTwoSuccesses() {
    vm.shared(3, 42);
    Vcpu v = atItsExit(vm, 3);
    Vcpu w = atItsExit(vm, 3);

    halts(v.run(Reply.Answer.DONE));
    halts(w.run(Reply.Answer.DONE));

    assertEquals(List.of(SUCCEEDED, loaded(42)), v.results());
    assertEquals(List.of(SUCCEEDED, loaded(42)), w.results());
    // One to share it, one to take it back.
    assertEquals(2, vm.tried(ConversionOutcome.Converted.class));
  }

  @Test
  void n22_whereEl2FlipsFirstTheSecondUnshareIsRefused() {
    TestVm mainline = TestVm.of(PkvmVariant.MAINLINE);
    mainline.shared(3, 42);
    Vcpu v = mainline.vcpu(unshare(3));
    Vcpu w = mainline.vcpu(unshare(3));

    halts(v.run());
    halts(w.run());

    assertEquals(List.of(SUCCEEDED), v.results());
    assertEquals(List.of(REFUSED), w.results());
  }

  @Test
  void n23_aPageTouchedWhilePendingIsUnmappedAgainBeforeItFlips() {
    vm.shared(3, 42);
    Vcpu v = atItsExit(vm, 3);
    Vcpu w = vm.vcpu(write(3, 43), read(3));
    w.run();
    assertEquals(List.of(new ActionResult.Stored(), loaded(43)), w.results());
    long mappedShared = pagesMapped(SHARED);

    halts(v.run(Reply.Answer.DONE));
    w.load(GuestProgram.of(read(3)));
    halts(w.run());

    assertEquals(List.of(loaded(43)), w.results());
    assertEquals(mappedShared, pagesMapped(SHARED), "nobody maps it as shared any more");
    assertEquals(List.of(SUCCEEDED, loaded(43)), v.results());
  }

  private long pagesMapped(Shareability as) {
    return vm.events.stream()
        .filter(event -> event instanceof RoadEvent.PageMapped mapped && mapped.as() == as)
        .count();
  }

  @Test
  void n24_theRequestDiesWithItsVcpu() {
    vm.shared(3, 42);
    Vcpu v = atItsExit(vm, 3);

    v.close();

    Exit.Failed failed = assertInstanceOf(Exit.Failed.class, v.run(Reply.Answer.DONE));
    assertEquals(Errno.EBADF, failed.errno());
    assertEquals(SHARED, vm.state(3));
    assertEquals(List.of(SUCCEEDED, loaded(42)), vm.run(unshare(3), read(3)));
  }

  @Test
  void n24_afterALostVcpuAMemShareOfThePageIsOneOfASharedPageAgain() {
    vm.shared(3, 42);
    vm.shared(4, 43);
    Vcpu closed = atItsExit(vm, 3);
    Vcpu reloaded = atItsExit(vm, 4);

    closed.close();
    reloaded.load(GuestProgram.of());

    assertEquals(List.of(REFUSED, REFUSED), vm.run(share(3), share(4)));
  }

  @Test
  void n24_aMemShareThatDiedWithItsVcpuLetsNobodyShareThePage() {
    vm.run(write(3, 42));
    vm.fail(HostKernel.RESERVE_STATE, 1);
    Vcpu v = vm.vcpu(share(3));
    assertEquals(Errno.ENOMEM, assertInstanceOf(Exit.Failed.class, v.run()).errno());

    v.close();

    assertEquals(
        Errno.EBUSY,
        assertInstanceOf(ConversionOutcome.Rejected.class, vm.convert(3, 1, SHARED)).reject());
    assertEquals(List.of(loaded(42), SUCCEEDED), vm.run(read(3), share(3)));
  }

  @Test
  void n25_theRequestOfAnEarlierBootIsNotCompleted() {
    vm.shared(3, 42);
    Vcpu v = atItsExit(vm, 3);
    v.load(GuestProgram.of(read(3)));

    assertEquals(
        Errno.EINVAL,
        assertInstanceOf(Exit.Failed.class, v.run(Reply.Answer.DONE)).errno(),
        "there is nothing to answer");
    halts(v.run());

    assertEquals(List.of(loaded(42)), v.results());
    assertEquals(SHARED, vm.state(3));
  }

  @Test
  void n26_withoutNormalisingANewKernelCannotShareItsPoolAgain() {
    vm.run(request(4, 4, SHARED));

    assertInstanceOf(ActionResult.GaveUp.class, vm.result(request(4, 4, SHARED)));

    // EL2 hears of no conversion of the VMM's: pkvm_memunshare_call is the one way back.
    assertTrue(vm.convert(4, 4, PRIVATE).succeeded());
    assertInstanceOf(ActionResult.GaveUp.class, vm.result(request(4, 4, SHARED)));

    assertEquals(new ActionResult.Fulfilled(), vm.result(request(4, 4, PRIVATE)));
    assertEquals(new ActionResult.Fulfilled(), vm.result(request(4, 4, SHARED)));
    assertEquals("SSSS", vm.states(8).substring(4));
  }

  @Test
  void n27_aSignalComesAfterTheCompletion() {
    vm.shared(3, 42);
    Vcpu v = atItsExit(vm, 3);
    v.kick();

    assertInstanceOf(Exit.Interrupted.class, v.run(Reply.Answer.DONE));

    assertEquals(PRIVATE, vm.state(3));
    assertEquals(List.of(SUCCEEDED), v.results());
    long tried = vm.tried(ConversionOutcome.class);
    halts(v.run());
    assertEquals(tried, vm.tried(ConversionOutcome.class));
  }

  @Test
  void n28_aSignalLosesNoRequest() {
    vm.shared(3, 42);
    Vcpu v = atItsExit(vm, 3);
    Pin pin = vm.pin(3);
    v.kick();

    assertInstanceOf(Exit.Unshare.class, v.run(Reply.Answer.DONE));
    pin.close();
    assertInstanceOf(Exit.Interrupted.class, v.run(Reply.Answer.DONE));
    halts(v.run());

    assertEquals(List.of(SUCCEEDED, loaded(42)), v.results());
  }

  @Test
  void n29_aSecondRunAfterTheCompletionDoesNothing() {
    vm.shared(3, 42);
    Vcpu v = atItsExit(vm, 3);
    halts(v.run(Reply.Answer.DONE));
    List<ActionResult> results = v.results();
    long tried = vm.tried(ConversionOutcome.class);

    halts(v.run());
    assertInstanceOf(Exit.Failed.class, v.run(Reply.Answer.DONE));

    assertEquals(results, v.results());
    assertEquals(tried, vm.tried(ConversionOutcome.class));
  }

  @Test
  void n30_aForgedExitMisleadsOnlyTheVmm() {
    vm.shared(3, 42);
    vm.shared(4, 43);
    Vcpu v = atItsExit(vm, 3);

    Reply reply = vm.vmm.answer(v.id(), new Exit.Unshare(gpas(4, 1))).orElseThrow();
    halts(v.run(reply));

    assertEquals("PPPPSP", vm.states(6));
    assertEquals(List.of(SUCCEEDED, loaded(42)), v.results());
  }

  @Test
  void n45_withoutTheExitEnabledTheCallIsRefusedAndNothingChanges() {
    for (PkvmVariant variant : PkvmVariant.values()) {
      if (variant != PkvmVariant.MAINLINE) {
        TestVm of = TestVm.of(variant);
        of.run(write(3, 42), share(3));
        of.vm.enableExitHypercalls(0).orThrow();

        assertEquals(REFUSED, of.result(unshare(3)), variant::name);
        assertEquals(SHARED, of.state(3));
        assertEquals(42, of.load(3));
      }
    }
  }

  @Test
  void n45_mainlineHasNoExitToEnable() {
    TestVm mainline = TestVm.of(PkvmVariant.MAINLINE);
    mainline.shared(3, 42);
    mainline.vm.enableExitHypercalls(0).orThrow();

    assertEquals(SUCCEEDED, mainline.result(unshare(3)));
    assertEquals(PRIVATE, mainline.state(3));
    assertFalse(
        mainline.events.stream()
            .anyMatch(event ->
                event instanceof RoadEvent.RunLeft left && left.exit() instanceof Exit.Unshare));
  }
}
