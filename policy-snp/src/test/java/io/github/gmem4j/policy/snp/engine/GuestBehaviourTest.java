package io.github.gmem4j.policy.snp.engine;

import static io.github.gmem4j.api.memory.Shareability.PRIVATE;
import static io.github.gmem4j.api.memory.Shareability.SHARED;
import static io.github.gmem4j.policy.snp.engine.SnpVm.event;
import static io.github.gmem4j.policy.snp.engine.SnpVm.executed;
import static io.github.gmem4j.policy.snp.engine.SnpVm.loaded;
import static io.github.gmem4j.policy.snp.engine.SnpVm.psc;
import static io.github.gmem4j.policy.snp.engine.SnpVm.pvalidate;
import static io.github.gmem4j.policy.snp.engine.SnpVm.read;
import static io.github.gmem4j.policy.snp.engine.SnpVm.share;
import static io.github.gmem4j.policy.snp.engine.SnpVm.toPrivate;
import static io.github.gmem4j.policy.snp.engine.SnpVm.toShared;
import static io.github.gmem4j.policy.snp.engine.SnpVm.unshare;
import static io.github.gmem4j.policy.snp.engine.SnpVm.validate;
import static io.github.gmem4j.policy.snp.engine.SnpVm.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.policy.ImplicitRule;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.policy.snp.GuestFlavour;
import io.github.gmem4j.policy.snp.SnpConfig;
import io.github.gmem4j.policy.snp.ghcb.ExitInfo;
import io.github.gmem4j.policy.snp.ghcb.GhcbMsr;
import io.github.gmem4j.policy.snp.ghcb.PageSize;
import io.github.gmem4j.policy.snp.ghcb.VmgExit;
import io.github.gmem4j.policy.snp.ghcb.VmgExitResult;
import io.github.gmem4j.policy.snp.rmp.PageTableChange;
import io.github.gmem4j.policy.snp.rmp.RmpFaults;
import io.github.gmem4j.policy.snp.rmp.SnpInstruction;
import io.github.gmem4j.policy.snp.rmp.SnpInstructionResult;
import io.github.gmem4j.policy.snp.rmp.Validation;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Edge cases 47 to 54, and the round trip of every guest. */
final class GuestBehaviourTest {
  private static final ActionResult FULFILLED = new ActionResult.Fulfilled();
  private static final ActionResult STORED = new ActionResult.Stored();
  private static final ActionResult CHANGED = executed(SnpInstructionResult.CHANGED);
  private static final ActionResult UNCHANGED = executed(SnpInstructionResult.UNCHANGED);

  private final SnpVm vm = SnpVm.launched();

  private static void assertNotValidated(ActionResult result) {
    ActionResult.Excepted excepted = assertInstanceOf(ActionResult.Excepted.class, result);
    assertTrue(excepted.reason().startsWith("#VC 0x404"));
  }

  @ParameterizedTest
  @EnumSource
  void everyGuestMakesTheRoundTrip(GuestFlavour guest) {
    SnpVm other = SnpVm.launched(SnpVm.CONFIG.toBuilder().guest(guest).build());
    long start = (1 << 20) + 4096;
    long size = 3 << 20;
    // Private from the start and never validated: the request only validates it.
    other.run(unshare(start, size));

    List<ActionResult> results =
        other.run(
            share(start, size),
            write(start, SHARED, 42),
            read(start, SHARED),
            unshare(start, size),
            write(start, PRIVATE, 43),
            read(start, PRIVATE));

    assertEquals(List.of(FULFILLED, STORED, loaded(42), FULFILLED, STORED, loaded(43)), results);
    assertEquals(PRIVATE, other.stateAt(start));
  }

  @Test
  void aGuestWithoutAGhcbInItsMemoryMakesTheRoundTrip() {
    SnpVm plain = SnpVm.launched(SnpConfig.DEFAULT);

    assertEquals(
        List.of(FULFILLED, FULFILLED, FULFILLED),
        plain.run(unshare(0, 8192), share(0, 8192), unshare(0, 8192)));
  }

  @Test
  void c47_takingBackWhatIsPrivateAlreadyEndsTheGuest() {
    vm.run(validate(0), write(0, PRIVATE, 42));

    vm.assertTerminates(new GhcbMsr(0x21100), unshare(0, 4096));

    assertEquals(List.of(loaded(42)), vm.run(read(0, PRIVATE)));
  }

  @Test
  @DisplayName("sev_handle_vmgexit_msr_protocol of arch/x86/kvm/svm/sev.c: KVM_RUN returns 0")
  void aGuestThatHasEndedItselfHaltsWheneverItIsRun() {
    Vcpu vcpu = vm.vcpu(validate(0), unshare(0, 4096), write(0, PRIVATE, 1));
    assertEquals(SnpVm.terminated(new GhcbMsr(0x21100)), vm.vmm.run(vcpu));

    assertEquals(new Exit.Halt(), vcpu.run());
    assertEquals(new Exit.Halt(), vcpu.run());

    assertEquals(List.of(CHANGED), vcpu.results());
  }

  @Test
  @DisplayName("sev_handle_vmgexit_msr_protocol of arch/x86/kvm/svm/sev.c: KVM remembers nothing")
  void softwareThatDoesNotStopAfterItsTerminationGoesOnBehindIt() {
    GuestAction end = new GuestAction.Call(new VmgExit.Msr(GhcbMsr.GENERAL_FAILURE));
    Vcpu vcpu = vm.vcpu(end, validate(0));
    assertEquals(SnpVm.terminated(GhcbMsr.GENERAL_FAILURE), vm.vmm.run(vcpu));
    assertEquals(
        Errno.EINVAL, assertInstanceOf(Exit.Failed.class, vcpu.run(Reply.Answer.DONE)).errno());

    assertEquals(new Exit.Halt(), vcpu.run());

    assertEquals(
        List.of(new ActionResult.Returned(new VmgExitResult.Msr(GhcbMsr.GENERAL_FAILURE)), CHANGED),
        vcpu.results());
  }

  @Test
  void c48_sharingWithoutRescindingMakesTheNextPrivateAccessFault() {
    vm.run(validate(0));
    Vcpu vcpu = vm.vcpu(psc(toShared(0)), read(0, PRIVATE));
    Exit fault = vcpu.run(vm.answer(vcpu, vcpu.run()));

    assertEquals(ExitInfo.NONE, event(vcpu.results().getFirst()).info());
    assertEquals(PRIVATE, assertInstanceOf(Exit.MemoryFault.class, fault).access());

    assertInstanceOf(Exit.Halt.class, vcpu.run(vm.answer(vcpu, fault)));
    assertNotValidated(vcpu.results().getLast());
  }

  @Test
  void c48_rescindingThroughASharedMappingIsAPageFault() {
    vm.run(validate(0));
    GuestAction reversed =
        new GuestAction.Execute(
            new SnpInstruction.Pvalidate(new Gpa(0), SHARED, PageSize.KIB_4, Validation.RESCIND));

    ActionResult.Excepted excepted =
        assertInstanceOf(ActionResult.Excepted.class, vm.run(reversed).getFirst());

    assertTrue(excepted.reason().startsWith("#PF with the reserved bit"));
    assertEquals(List.of(STORED), vm.run(write(0, PRIVATE, 1)));
  }

  @Test
  @DisplayName("pvalidate_pages of arch/x86/coco/sev/core.c goes through the direct map")
  void c48_sharingWhatIsSharedFaultsInTheGuestAndLeavesThePageShared() {
    vm.run(validate(0), share(0, 4096), write(0, SHARED, 0x5a));

    Vcpu vcpu = vm.vcpu(share(0, 4096), read(0, SHARED));

    assertEquals(new Exit.Halt(), vcpu.run());
    ActionResult.Excepted excepted =
        assertInstanceOf(ActionResult.Excepted.class, vcpu.results().getFirst());
    assertTrue(excepted.reason().startsWith("#PF with the reserved bit"));
    assertEquals(loaded(0x5a), vcpu.results().get(1));
    assertEquals(SHARED, vm.stateAt(0));
  }

  @Test
  void c48_onlyThePagesThatAreSharedAlreadyFault() {
    vm.run(validate(0), validate(4096), validate(8192), share(4096, 4096));

    assertInstanceOf(ActionResult.Excepted.class, vm.run(share(0, 3 * 4096)).getFirst());

    assertEquals(
        List.of(PRIVATE, SHARED, PRIVATE),
        List.of(vm.stateAt(0), vm.stateAt(4096), vm.stateAt(8192)));
    assertEquals(List.of(FULFILLED), vm.run(share(8192, 4096)));
  }

  @Test
  void aTakenBackPageIsMappedPrivatelyAgain() {
    vm.run(validate(0), share(0, 4096), unshare(0, 4096));

    assertEquals(List.of(FULFILLED), vm.run(share(0, 4096)));
  }

  @Test
  void c48_theBitClearedTooEarlyMakesRescindingFault() {
    vm.run(validate(0));
    GuestAction early = new GuestAction.Execute(new PageTableChange(GfnRange.of(0, 1), SHARED));

    List<ActionResult> results = vm.run(early, pvalidate(0, Validation.RESCIND));

    assertEquals(new ActionResult.Executed(PageTableChange.WRITTEN), results.get(0));
    assertInstanceOf(ActionResult.Excepted.class, results.get(1));
  }

  @Test
  void c49_aRefusedLinuxGuestEndsItselfAndNeverRunsAgain() {
    vm.run(validate(0), share(0, 4096));
    Pin pin = vm.pin(0, ReferenceKind.LONG_TERM);
    Vcpu vcpu = vm.vcpu(unshare(0, 4096), write(0, PRIVATE, 1));

    assertEquals(SnpVm.terminated(new GhcbMsr(0x11100)), vm.vmm.run(vcpu));
    assertEquals(new Exit.Halt(), vcpu.run());
    assertEquals(List.of(), vcpu.results());
    pin.close();
  }

  @Test
  void c50_anAccessBeforePvalidateIsTheGuestsAffairAlone() {
    Vcpu vcpu = vm.vcpu(read(0, PRIVATE), validate(0), write(0, PRIVATE, 1));

    assertInstanceOf(Exit.Halt.class, vcpu.run());

    assertNotValidated(vcpu.results().getFirst());
    assertEquals(List.of(CHANGED, STORED), vcpu.results().subList(1, 3));
  }

  @Test
  void c52_aPrivateAccessToASharedPageLeavesWithAFaultOfOnePage() {
    vm.convert(0, 4096, SHARED);

    Exit.MemoryFault fault =
        assertInstanceOf(Exit.MemoryFault.class, vm.vcpu(read(0x123, PRIVATE)).run());

    assertEquals(8, fault.flags());
    assertEquals(ByteCount.PAGE, fault.size());
    assertEquals(new Gpa(0), fault.gpa());
    assertEquals(Errno.EFAULT, fault.errno());
  }

  @Test
  void c52_whereImplicitConversionIsDeniedTheAccessStopsTheVm() {
    SnpVm strict = SnpVm.launched(SnpVm.CONFIG.toBuilder().implicitRule(ImplicitRule.DENY).build());

    assertInstanceOf(Exit.MemoryFault.class, strict.runToTheEnd(read(0, SHARED)));
    assertEquals(PRIVATE, strict.stateAt(0));
  }

  @Test
  void c53_aDeviceWindowCanBeMadeSharedButNotPrivate() {
    long window = 0x10_0000;

    List<ActionResult> results = vm.run(psc(toShared(window)), psc(toPrivate(window)));

    assertEquals(ExitInfo.NONE, event(results.get(0)).info());
    assertEquals(ExitInfo.FAILED, event(results.get(1)).info());
  }

  @Test
  void c54_aHypervisorThatWritesNoAnswerIsNotAskedForEver() {
    vm.convert(SnpVm.GHCB.value(), 4096, PRIVATE);

    ActionResult result = vm.run(unshare(0, 4096)).getFirst();

    assertTrue(assertInstanceOf(ActionResult.GaveUp.class, result).reason().contains("for ever"));
  }

  @Test
  void rescindingWhatTheVmmSharedByItselfMakesItPrivateAndChangesNothing() {
    vm.run(validate(0));
    vm.convert(0, 4096, SHARED);

    assertEquals(List.of(UNCHANGED), vm.run(pvalidate(0, Validation.RESCIND)));

    assertEquals(PRIVATE, vm.stateAt(0));
    vm.assertTerminates(GhcbMsr.LINUX_PVALIDATE_FAILED, share(0, 4096));
  }

  @Test
  void anEntryThatAnotherProcessorHasCostsTheGuestNothing() {
    vm.run(validate(0));
    vm.fail(RmpFaults.ACCESS_IN_USE, 3);

    assertEquals(List.of(STORED, loaded(5)), vm.run(write(0, PRIVATE, 5), read(0, PRIVATE)));
    assertEquals(1, vm.rmp().assignedPages());
  }
}
