package io.github.gmem4j.policy.pkvm.engine;

import static io.github.gmem4j.api.memory.Shareability.PRIVATE;
import static io.github.gmem4j.api.memory.Shareability.SHARED;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.REFUSED;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.SUCCEEDED;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.bytes;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.call;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.gpa;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.loaded;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.read;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.share;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.unshare;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.PinAccess;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Signal;
import io.github.gmem4j.api.policy.HostReach;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.policy.pkvm.PkvmVariant;
import io.github.gmem4j.policy.pkvm.el2.DmaIsolation;
import io.github.gmem4j.policy.pkvm.hvc.Hvc;
import io.github.gmem4j.policy.pkvm.hvc.HvcResult;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the host reaches of a guest's pages, and what becomes of contents: cases 31 to 39. */
final class HostAccessTest {
  private final TestVm vm = TestVm.of(PkvmVariant.ASK_AGAIN);
  private final TestVm mainline = TestVm.of(PkvmVariant.MAINLINE);

  private static Signal signalOf(HostAccess access) {
    return assertInstanceOf(HostAccess.Fault.class, access).signal();
  }

  private static void assertStuck(Exit exit) {
    assertEquals(Errno.EFAULT, assertInstanceOf(Exit.Failed.class, exit).errno());
  }

  @Test
  void n31_aHostTouchOfAPrivatePageIsSigbusAndHarmsNobody() {
    vm.run(write(3, 42), write(4, 43), share(4));

    assertEquals(Signal.SIGBUS, signalOf(vm.touch(3)));

    assertEquals(43, vm.load(4));
    assertEquals(loaded(42), vm.result(read(3)));
  }

  @Test
  void n31_aMappingThatAFlipLeftBehindIsSigsegv() {
    mainline.shared(3, 42);
    mainline.load(3);
    mainline.run(unshare(3));

    assertEquals(Signal.SIGSEGV, signalOf(mainline.touch(3)));
    assertEquals(loaded(42), mainline.result(read(3)));
  }

  @Test
  void n32_theKernelCannotTakeAPrivatePageOnSomebodysBehalf() {
    vm.run(write(3, 42));

    KernelResult<Pin> pin = vm.host.pin(new PageIndex(3), ReferenceKind.SHORT_TERM, "read(2)");

    assertEquals(Errno.EFAULT, assertInstanceOf(KernelResult.Failed.class, pin).errno());
    assertEquals(loaded(42), vm.result(read(3)));
  }

  @Test
  void n33_aStaleReferenceDestroysThePageInMainline() {
    mainline.shared(3, 42);
    Pin stale = mainline.kernelPin(3);
    assertEquals(List.of(SUCCEEDED, loaded(42)), mainline.run(unshare(3), read(3)));

    assertEquals(0, stale.load(0));

    assertStuck(mainline.vmm.run(mainline.vcpu(read(3))));
    assertStuck(mainline.vmm.run(mainline.vcpu(write(3, 1))));
    assertEquals(List.of(REFUSED, REFUSED), mainline.run(share(3), unshare(3)));
    assertEquals(loaded(0), mainline.result(read(4)));
  }

  @Test
  @DisplayName("a device goes past the host's stage 2: it reads and writes what is the guest's")
  void aDeviceThatGoesOnReachesTheGuestsPageInMainline() {
    mainline.shared(3, 42);
    Pin device = mainline.pin(3);
    mainline.run(unshare(3), write(3, 0x77));

    assertEquals(new PinAccess.Reached((byte) 0x77), device.read(0));
    assertEquals(new PinAccess.Reached((byte) 9), device.write(0, (byte) 9));

    assertEquals(loaded(9), mainline.result(read(3)));
    assertEquals(
        List.of(HostReach.EXPOSED, HostReach.EXPOSED),
        mainline.events.stream()
            .filter(RoadEvent.PrivatePageReached.class::isInstance)
            .map(event -> ((RoadEvent.PrivatePageReached) event).reach())
            .toList());
  }

  @Test
  void anIommuInTheHypervisorsHandsStopsTheDevice() {
    TestVm isolated =
        new TestVm(PkvmVariant.MAINLINE.config().withDmaIsolation(DmaIsolation.HYPERVISOR_IOMMU));
    isolated.shared(3, 42);
    Pin device = isolated.pin(3);
    assertEquals(42, device.load(0), "while it is shared");
    isolated.run(unshare(3), write(3, 0x77));

    assertInstanceOf(PinAccess.Blocked.class, device.read(0));
    assertInstanceOf(PinAccess.Blocked.class, device.write(0, (byte) 9));
    assertThrows(IllegalStateException.class, () -> device.load(0));

    assertEquals(loaded(0x77), isolated.result(read(3)));
  }

  @Test
  void n36_aPoisonedFrameStaysDeadWithAnotherPageInIt() {
    mainline.shared(3, 42);
    Pin stale = mainline.kernelPin(3);
    mainline.run(unshare(3));
    stale.store(0, (byte) 1);
    stale.close();

    mainline.memory.punchHole(bytes(3, 1)).orThrow();

    assertStuck(mainline.vmm.run(mainline.vcpu(read(3))));
  }

  @Test
  void n34_aReferenceOnASharedPageDestroysNothing() {
    mainline.shared(3, 42);
    Pin pin = mainline.pin(3);

    assertEquals(42, pin.load(0));

    assertEquals(List.of(loaded(42), SUCCEEDED), mainline.run(read(3), unshare(3)));
  }

  @ParameterizedTest
  @EnumSource(value = PkvmVariant.class, names = "MAINLINE", mode = EnumSource.Mode.EXCLUDE)
  void n35_everyOtherDesignKeepsTheGuestsDataFromAStaleReference(PkvmVariant variant) {
    TestVm of = TestVm.of(variant);
    of.run(write(3, 42), share(3));
    Pin stale = of.pin(3);

    of.vmm.run(of.vcpu(unshare(3), write(4, 1)));

    assertEquals(SHARED, of.state(3));
    assertEquals(42, stale.load(0));
    stale.close();
    of.convert(3, 1, PRIVATE);
    assertEquals(loaded(42), of.result(read(3)));
  }

  @Test
  void n37_onlyAPrivatePageCanBeRelinquished() {
    TestVm android = TestVm.of(PkvmVariant.ANDROID);

    List<ActionResult> results =
        android.run(
            write(3, 42),
            share(3),
            call(Hvc.relinquish(gpa(3))),
            unshare(3),
            call(Hvc.relinquish(gpa(3))),
            call(Hvc.relinquish(gpa(3))),
            call(Hvc.relinquish(gpa(9))),
            read(3));

    ActionResult done = new ActionResult.Returned(HvcResult.SUCCESS);
    assertEquals(REFUSED, results.get(2));
    assertEquals(List.of(done, done, done, loaded(0)), results.subList(4, 8));
  }

  @Test
  void n38_atTheEndPrivatePagesAreZeroedAndSharedOnesAreNot() {
    vm.run(write(3, 42), write(4, 43), share(4));

    vm.vm.close();

    assertEquals(43, vm.load(4));
    assertEquals(new ConversionOutcome.Converted(SHARED), vm.convert(3, 1, SHARED));
    assertEquals(0, vm.load(3));
  }

  @Test
  void aPunchedPagesReferenceReadsZeroesIfThePageWasPrivate() {
    mainline.shared(3, 42);
    mainline.shared(4, 43);
    Pin wasPrivate = mainline.pin(3);
    Pin wasShared = mainline.pin(4);
    mainline.run(unshare(3));

    mainline.memory.punchHole(bytes(3, 2)).orThrow();

    assertEquals(0, wasPrivate.load(0));
    assertEquals(43, wasShared.load(0));
    assertEquals(loaded(0), mainline.result(read(3)));
  }

  @ParameterizedTest
  @EnumSource
  void n39_sharingAndTakingBackChangesNoByte(PkvmVariant variant) {
    TestVm of = TestVm.of(variant);
    byte[] pattern = new byte[Page.BYTES];
    for (int i = 0; i < pattern.length; i++) {
      pattern[i] = (byte) (i * 31 + 7);
    }
    of.run(share(3));
    of.host.store(TestVm.at(3), pattern);

    of.run(unshare(3), share(3), unshare(3), share(3));

    byte[] found = new byte[Page.BYTES];
    assertEquals(HostAccess.DONE, of.host.load(TestVm.at(3), found));
    assertEquals(Arrays.toString(pattern), Arrays.toString(found));
  }

  @Test
  void theGuestsFirstTouchFindsTheHostsBytes() {
    vm.convert(3, 1, SHARED);
    vm.store(3, 42);
    vm.convert(3, 1, PRIVATE);

    assertEquals(loaded(42), vm.result(read(3)));
  }

  @Test
  void theHostCannotMakeTheGuestsPageShared() {
    vm.run(write(3, 42));

    ConversionOutcome outcome = vm.convert(3, 1, SHARED);

    assertEquals(Errno.EBUSY, assertInstanceOf(ConversionOutcome.Rejected.class, outcome).reject());
    assertEquals(PRIVATE, vm.state(3));
    assertEquals(List.of(SUCCEEDED), vm.run(share(3)));
  }

  // __pkvm_guest_unshare_host has one caller: pkvm_memunshare_call in nvhe/pkvm.c.
  @ParameterizedTest
  @EnumSource
  void theHostMayLeaveASharedPageAndTheGuestMayTakeItBackThen(PkvmVariant variant) {
    TestVm of = TestVm.of(variant);
    of.run(write(3, 42), share(3));

    assertEquals(new ConversionOutcome.Converted(PRIVATE), of.convert(3, 1, PRIVATE));
    assertEquals(Signal.SIGBUS, signalOf(of.touch(3)));
    assertEquals(List.of(loaded(42), REFUSED), of.run(read(3), share(3)), "EL2: it is shared");
    assertEquals(new ConversionOutcome.Converted(SHARED), of.convert(3, 1, SHARED));
    assertEquals(42, of.load(3));
    of.convert(3, 1, PRIVATE);
    of.run(unshare(3), write(3, 43));

    assertEquals(
        Errno.EBUSY,
        assertInstanceOf(ConversionOutcome.Rejected.class, of.convert(3, 1, SHARED)).reject());
    of.run(share(3));
    assertEquals(43, of.load(3));
  }
}
