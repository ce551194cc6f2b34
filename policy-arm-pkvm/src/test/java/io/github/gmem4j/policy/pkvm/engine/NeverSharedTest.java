package io.github.gmem4j.policy.pkvm.engine;

import static io.github.gmem4j.api.memory.Shareability.PRIVATE;
import static io.github.gmem4j.api.memory.Shareability.SHARED;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.REFUSED;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.bytes;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.gpas;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.loaded;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.read;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.share;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.unshare;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.Signal;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.policy.pkvm.PkvmVariant;
import io.github.gmem4j.policy.pkvm.hvc.HvcResult;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A page that guest_memfd calls shared and that the guest has never shared: nothing shares it but
 * MEM_SHARE. {@code __pkvm_guest_share_host} in {@code nvhe/mem_protect.c} is called by {@code
 * pkvm_memshare_call} alone, and {@code pkvm_mem_abort} in {@code arch/arm64/kvm/mmu.c} donates.
 */
final class NeverSharedTest {
  private static final ActionResult STORED = new ActionResult.Stored();

  /** Returns a VM whose page 3 is shared, with the host's byte 0x11 in it. */
  private static TestVm withSharedPage(PkvmVariant variant) {
    TestVm vm = TestVm.of(variant);
    assertTrue(vm.convert(3, 1, SHARED).succeeded());
    vm.store(3, 0x11);
    return vm;
  }

  @ParameterizedTest
  @EnumSource
  void aTouchedPageIsTheGuestsAndTheHostLosesIt(PkvmVariant variant) {
    TestVm vm = withSharedPage(variant);

    assertEquals(List.of(loaded(0x11), STORED), vm.run(read(3), write(3, 0x77)));

    assertEquals(PRIVATE, vm.state(3));
    HostAccess.Fault fault = assertInstanceOf(HostAccess.Fault.class, vm.touch(3));
    // Mainline empties no host page table: EL2 stops the access.
    assertEquals(variant == PkvmVariant.MAINLINE ? Signal.SIGSEGV : Signal.SIGBUS, fault.signal());
    assertEquals(
        Errno.EBUSY,
        assertInstanceOf(ConversionOutcome.Rejected.class, vm.convert(3, 1, SHARED)).reject());
    assertEquals(List.of(loaded(0x77), REFUSED), vm.run(read(3), unshare(3)));
  }

  @ParameterizedTest
  @EnumSource
  void aMemShareOfItSucceedsOnceWhoeverInTheHostHoldsIt(PkvmVariant variant) {
    TestVm vm = withSharedPage(variant);
    Pin pin = vm.pin(3);

    List<ActionResult> results = vm.run(share(3), share(3), read(3), write(3, 0x22));

    HvcResult success = variant == PkvmVariant.ANDROID ? HvcResult.successOf(1) : HvcResult.SUCCESS;
    assertEquals(
        List.of(new ActionResult.Returned(success), REFUSED, loaded(0x11), STORED), results);
    assertEquals(SHARED, vm.state(3));
    assertEquals(0x22, pin.load(0));
    assertEquals(0x22, vm.load(3));
    assertEquals(0, vm.left(Exit.Unshare.class) + vm.left(Exit.MemoryFault.class));
  }

  @ParameterizedTest
  @EnumSource(value = PkvmVariant.class, names = "MAINLINE", mode = EnumSource.Mode.EXCLUDE)
  void whereReferencesAreCountedThePageIsNotTheGuestsWhileOneIsHeld(PkvmVariant variant) {
    TestVm vm = withSharedPage(variant);
    Pin pin = vm.pin(3);
    vm.duringWaits.add(() -> assertEquals(SHARED, vm.state(3)));
    vm.duringWaits.add(pin::close);

    assertEquals(List.of(STORED), vm.run(write(3, 0x77)));

    assertEquals(PRIVATE, vm.state(3));
    assertEquals(List.of(), vm.duringWaits);
  }

  @Test
  void inMainlineTheNextUseOfAReferenceDestroysThePage() {
    TestVm vm = withSharedPage(PkvmVariant.MAINLINE);
    Pin pin = vm.kernelPin(3);
    assertEquals(List.of(STORED), vm.run(write(3, 0x77)));

    assertEquals(0, pin.load(0));

    assertEquals(
        Errno.EFAULT, assertInstanceOf(Exit.Failed.class, vm.vmm.run(vm.vcpu(read(3)))).errno());
  }

  @ParameterizedTest
  @EnumSource(
      value = PkvmVariant.class,
      names = {"ASK_AGAIN", "ONE_TRY", "UNMAP_FIRST", "ANDROID"})
  void theVmmIsToldBeforeThePageChangesHands(PkvmVariant variant) {
    TestVm vm = withSharedPage(variant);
    Vcpu vcpu = vm.vcpu(write(3, 0x77));

    assertEquals(new Exit.Unshare(gpas(3, 1)), vcpu.run());
    assertEquals(SHARED, vm.state(3));
    assertInstanceOf(Exit.Halt.class, vm.vmm.run(vcpu));

    assertEquals(List.of(STORED), vcpu.results());
  }

  @ParameterizedTest
  @EnumSource(
      value = PkvmVariant.class,
      names = {"ASK_AGAIN", "ONE_TRY", "RUN_ON", "UNMAP_FIRST", "SUCCESS_FIRST", "ANDROID"})
  void withoutTheExitItIsAMemoryFault(PkvmVariant variant) {
    TestVm vm = withSharedPage(variant);
    vm.vm.enableExitHypercalls(0).orThrow();
    Vcpu vcpu = vm.vcpu(write(3, 0x77));

    Exit.MemoryFault fault = assertInstanceOf(Exit.MemoryFault.class, vcpu.run());

    assertEquals(gpas(3, 1), fault.range());
    assertEquals(PRIVATE, fault.access());
    assertEquals(SHARED, vm.state(3));
    assertEquals(0x11, vm.load(3));
  }

  @Test
  void aVmmThatRefusesKeepsThePageAndTheVcpuStaysOutside() {
    TestVm vm = withSharedPage(PkvmVariant.ASK_AGAIN);
    Vcpu vcpu = vm.vcpu(write(3, 0x77));
    vcpu.run();

    Exit exit = vcpu.run(Reply.Answer.REFUSE);

    assertEquals(Errno.EFAULT, assertInstanceOf(Exit.Failed.class, exit).errno());
    assertEquals(0x11, vm.load(3));
  }

  @ParameterizedTest
  @EnumSource
  void prefaultingSharesNothing(PkvmVariant variant) {
    TestVm vm = withSharedPage(variant);

    assertEquals(Optional.of(Errno.EFAULT), vm.vcpu().prefault(gpas(3, 1), 0).errno());

    assertEquals(SHARED, vm.state(3));
    assertEquals(0x11, vm.load(3));
    assertEquals(List.of(STORED), vm.run(write(3, 0x77)));
    assertInstanceOf(HostAccess.Fault.class, vm.touch(3));
  }

  @Test
  void anotherPageAtAPoisonedFrameStaysTheHosts() {
    TestVm vm = TestVm.of(PkvmVariant.MAINLINE);
    vm.shared(3, 42);
    Pin stale = vm.kernelPin(3);
    vm.run(unshare(3));
    stale.load(0);
    stale.close();
    vm.memory.punchHole(bytes(3, 1)).orThrow();
    vm.convert(3, 1, SHARED);
    vm.store(3, 0x11);

    assertEquals(
        Errno.EFAULT,
        assertInstanceOf(Exit.Failed.class, vm.vmm.run(vm.vcpu(write(3, 0x77)))).errno());

    assertEquals(SHARED, vm.state(3));
    assertEquals(0x11, vm.load(3));
  }

  @Test
  void aSecondVcpuThatTouchesThePageOfACallUnderWayFindsItShared() {
    TestVm vm = TestVm.of(PkvmVariant.ASK_AGAIN);
    vm.shared(3, 42);
    Vcpu asks = vm.vcpu(unshare(3));
    assertInstanceOf(Exit.Unshare.class, asks.run());

    assertEquals(List.of(loaded(42)), vm.run(read(3)));

    assertEquals(SHARED, vm.state(3));
  }
}
