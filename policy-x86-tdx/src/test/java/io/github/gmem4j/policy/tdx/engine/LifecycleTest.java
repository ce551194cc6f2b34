package io.github.gmem4j.policy.tdx.engine;

import static io.github.gmem4j.api.memory.Shareability.PRIVATE;
import static io.github.gmem4j.api.memory.Shareability.SHARED;
import static io.github.gmem4j.policy.tdx.engine.TestTd.MIB;
import static io.github.gmem4j.policy.tdx.engine.TestTd.loaded;
import static io.github.gmem4j.policy.tdx.engine.TestTd.read;
import static io.github.gmem4j.policy.tdx.engine.TestTd.share;
import static io.github.gmem4j.policy.tdx.engine.TestTd.unshare;
import static io.github.gmem4j.policy.tdx.engine.TestTd.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.ImplicitRule;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.policy.tdx.GuestFlavour;
import io.github.gmem4j.policy.tdx.TdxConfig;
import io.github.gmem4j.policy.tdx.sept.DeviceAssignment;
import io.github.gmem4j.policy.tdx.sept.PendingAccess;
import io.github.gmem4j.policy.tdx.sept.SeptFaults;
import io.github.gmem4j.policy.tdx.tdcall.PageSize;
import io.github.gmem4j.policy.tdx.tdcall.TdCall;
import io.github.gmem4j.policy.tdx.tdcall.VmCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Launch, mismatched accesses, references over time, things that break. */
final class LifecycleTest {
  private static final ActionResult FULFILLED = new ActionResult.Fulfilled();
  private static final GpaRange FIRST_PAGE = GpaRange.of(0, 4096);

  private static TdxConfig with(ImplicitRule rule) {
    return TdxConfig.DEFAULT.toBuilder().implicitRule(rule).build();
  }

  private static TdxConfig with(GuestFlavour guest) {
    return TdxConfig.DEFAULT.toBuilder().guest(guest).build();
  }

  private static Errno errnoOf(Exit exit) {
    return assertInstanceOf(Exit.Failed.class, exit).errno();
  }

  private static Errno errnoOf(KernelResult<?> result) {
    return assertInstanceOf(KernelResult.Failed.class, result).errno();
  }

  @Test
  @DisplayName("edge 37: an image is written shared, made private, added in place, and seen")
  void anImageIsAddedInPlaceAndSeen() {
    TestTd td = new TestTd(TdxConfig.DEFAULT);
    td.convert(0, 4096, SHARED);
    td.store(0, 42);
    td.convert(0, 4096, PRIVATE);

    assertEquals(PageCount.ONE, td.vm.populate(FIRST_PAGE, Optional.empty()).orThrow());
    td.vm.finalizeLaunch().orThrow();

    assertEquals(Errno.EINVAL, errnoOf(td.vm.populate(FIRST_PAGE, Optional.empty())));
    assertEquals(List.of(loaded(42)), td.run(read(0, PRIVATE)));
  }

  @Test
  @DisplayName("tdx.c, tdx_vcpu_needs_initialization: KVM_RUN before the TD is finalized is EINVAL")
  void aTdThatIsNotFinalizedDoesNotRun() {
    TestTd td = new TestTd(TdxConfig.DEFAULT);
    Vcpu vcpu = td.vcpu(write(0, PRIVATE, 1), read(4096, PRIVATE));
    byte[] image = new byte[2 * 4096];
    image[4096] = 42;
    td.vm.populate(GpaRange.of(0, 2 * 4096), Optional.of(image)).orThrow();

    assertEquals(Errno.EINVAL, errnoOf(vcpu.run()));
    assertEquals(List.of(), vcpu.results());

    td.vm.finalizeLaunch().orThrow();
    assertInstanceOf(Exit.Halt.class, vcpu.run());
    assertEquals(List.of(new ActionResult.Stored(), loaded(42)), vcpu.results());
  }

  @Test
  @DisplayName(
      "mmu.c, kvm_tdp_mmu_map_private_pfn: a lock met while an image is added is met again")
  void locksMetWhileAnImageIsAddedAreNotNoticed() {
    TestTd td = new TestTd(TdxConfig.DEFAULT);
    td.fail(SeptFaults.PAGE_ADD_BUSY, 3);

    assertEquals(PageCount.ONE, td.vm.populate(FIRST_PAGE, Optional.empty()).orThrow());
  }

  @Test
  @DisplayName("edge 38: adding a page twice is EIO and the first content stays")
  void addingAPageTwiceIsAnError() {
    TestTd td = new TestTd(TdxConfig.DEFAULT);
    byte[] image = new byte[4096];
    image[0] = 42;
    td.vm.populate(FIRST_PAGE, Optional.of(image)).orThrow();

    assertEquals(Errno.EIO, errnoOf(td.vm.populate(FIRST_PAGE, Optional.of(new byte[4096]))));

    td.vm.finalizeLaunch().orThrow();
    assertEquals(List.of(loaded(42)), td.run(read(0, PRIVATE)));
  }

  @Test
  @DisplayName("edge 39: memory that is still shared cannot be added")
  void memoryThatIsStillSharedCannotBeAdded() {
    TestTd td = new TestTd(TdxConfig.DEFAULT);
    td.convert(0, 4096, SHARED);

    assertEquals(Errno.EINVAL, errnoOf(td.vm.populate(FIRST_PAGE, Optional.empty())));
  }

  @Test
  @DisplayName("edge 40: locks met while a page is added are nothing the guest notices")
  void locksMetWhileAPageIsAddedAreNotNoticed() {
    TestTd td = TestTd.launched();
    td.fail(SeptFaults.PAGE_AUG_BUSY, 5);

    assertEquals(List.of(FULFILLED), td.run(unshare(0, 4096)));
  }

  @Test
  @DisplayName("edge 41: a lock met once while a page is removed is nothing the guest notices")
  void aLockMetOnceWhileAPageIsRemovedIsNotNoticed() {
    TestTd td = TestTd.launched();
    td.run(unshare(0, 4096));
    td.fail(SeptFaults.PAGE_REMOVE_BUSY, 1);

    assertEquals(List.of(FULFILLED), td.run(share(0, 4096)));
  }

  @Test
  @DisplayName("edge 42: a lock met twice while a page is removed makes the VM dead for good")
  void aLockMetTwiceWhileAPageIsRemovedMakesTheVmDead() {
    TestTd td = TestTd.launched();
    td.run(unshare(0, 4096));
    td.fail(SeptFaults.PAGE_REMOVE_BUSY, 2);

    assertEquals(Errno.EIO, errnoOf(td.runToTheEnd(share(0, 4096))));
    assertEquals(Errno.EIO, errnoOf(td.vcpu().run()));
  }

  @Test
  @DisplayName("edge 51: touching what is not accepted kills the VM, or is a #VE")
  void touchingWhatIsNotAcceptedKillsTheVm() {
    TestTd td = TestTd.launched();
    assertEquals(Errno.EIO, errnoOf(td.runToTheEnd(read(0, PRIVATE))));

    TestTd lenient =
        TestTd.launched(
            TdxConfig.DEFAULT.toBuilder()
                .pendingAccess(PendingAccess.VIRTUALIZATION_EXCEPTION)
                .build());
    assertInstanceOf(ActionResult.Excepted.class, lenient.run(read(0, PRIVATE)).getFirst());
  }

  @Test
  @DisplayName("edge 52: what the host punches out unasked is never silently zero")
  void whatTheHostPunchesOutIsNeverSilentlyZero() {
    TestTd td = TestTd.launched();
    td.run(unshare(0, 4096), write(0, PRIVATE, 42));

    td.memory.punchHole(ByteRange.of(0, 4096)).orThrow();

    assertEquals(Errno.EIO, errnoOf(td.runToTheEnd(read(0, PRIVATE))));
  }

  @Test
  @DisplayName("edge 54: a failing flush makes the VM dead")
  void aFailingFlushMakesTheVmDead() {
    TestTd td = TestTd.launched();
    td.run(unshare(0, 4096));
    td.fail(SeptFaults.PAGE_WBINVD_BUSY, 1);

    assertEquals(Errno.EIO, errnoOf(td.runToTheEnd(share(0, 4096))));
  }

  @Test
  @DisplayName("edge 55: without a release sharing is refused, and everybody lives on")
  void withoutAReleaseSharingIsRefused() {
    TestTd td =
        TestTd.launched(
            TdxConfig.DEFAULT.toBuilder().devices(DeviceAssignment.TDX_CONNECT).build());

    List<ActionResult> results =
        td.run(
            unshare(0, 4096),
            write(0, PRIVATE, 42),
            new GuestAction.Call(VmCall.MapGpa.of(FIRST_PAGE, SHARED, TdxConfig.DEFAULT.width())),
            read(0, PRIVATE),
            share(0, 4096));

    assertEquals(
        "VMCALL status 0x8000000000000000, R11 0x800000000000",
        assertInstanceOf(ActionResult.Returned.class, results.get(2)).result().toString());
    assertEquals(loaded(42), results.get(3));
    assertEquals(FULFILLED, results.get(4));
    assertEquals(SHARED, td.stateAt(0));
  }

  @Test
  @DisplayName("edge 57: a quote buffer in flight is not made private before it is written")
  void aQuoteBufferInFlightIsNotMadePrivate() {
    TestTd td = TestTd.launched();
    td.run(share(0, 128 << 10));
    Pin buffer = td.host.pin(new PageIndex(0), ReferenceKind.SHORT_TERM, "quote service").orThrow();
    List<Shareability> statesAtCompletion = new ArrayList<>();
    td.duringWaits.add(() -> {
      buffer.store(8, (byte) 1);
      statesAtCompletion.add(td.stateAt(0));
      buffer.close();
    });

    assertEquals(List.of(FULFILLED), td.run(unshare(0, 128 << 10)));

    assertEquals(List.of(SHARED), statesAtCompletion);
    assertEquals(PRIVATE, td.stateAt(0));
  }

  @Test
  @DisplayName("edge 58: at reset pins go first, then the whole memory is private")
  void atResetPinsGoFirst() {
    TestTd td = TestTd.launched();
    td.run(share(2 * MIB, 2 * MIB));
    Pin dma = td.host.pin(new PageIndex(600), ReferenceKind.LONG_TERM, "nic").orThrow();

    assertInstanceOf(ConversionOutcome.Blocked.class, td.convert(0, 8 * MIB, PRIVATE));
    dma.close();
    assertTrue(td.convert(0, 8 * MIB, PRIVATE).succeeded());

    for (long page = 0; page < 2048; page++) {
      assertEquals(PRIVATE, td.stateAt(page * 4096));
    }
  }

  @Test
  @DisplayName("edge 59: at kexec one failing page stays shared and the others are converted")
  void atKexecOneFailingPageStaysShared() {
    TestTd td = TestTd.launched();
    td.run(share(0, 4 * 4096));
    Pin stuck = td.host.pin(new PageIndex(2), ReferenceKind.LONG_TERM, "nic").orThrow();

    List<ActionResult> results =
        td.run(
            unshare(0, 4096),
            unshare(4096, 4096),
            unshare(2 * 4096, 4096),
            unshare(3 * 4096, 4096));

    assertEquals(FULFILLED, results.get(1));
    assertInstanceOf(ActionResult.GaveUp.class, results.get(2));
    assertEquals(FULFILLED, results.get(3));
    assertEquals(SHARED, td.stateAt(2 * 4096));
    assertEquals(PRIVATE, td.stateAt(3 * 4096));
    stuck.close();
  }

  @Test
  @DisplayName("edge 60: a shared access to private memory converts it, and its content is lost")
  void aSharedAccessToPrivateMemoryConvertsIt() {
    TestTd td = TestTd.launched(with(ImplicitRule.CONVERT));

    List<ActionResult> results = td.run(unshare(0, 4096), write(0, PRIVATE, 42), read(0, SHARED));

    assertEquals(SHARED, td.stateAt(0));
    assertNotEquals(loaded(42), results.getLast());
  }

  @Test
  @DisplayName("edge 60: where implicit conversion is denied the access stops the VM")
  void whereImplicitConversionIsDeniedTheAccessStopsTheVm() {
    TestTd td = TestTd.launched(with(ImplicitRule.DENY));

    assertInstanceOf(Exit.MemoryFault.class, td.runToTheEnd(read(0, SHARED)));
    assertEquals(PRIVATE, td.stateAt(0));
  }

  @Test
  @DisplayName("edge 60: ping-pong on one page is stopped at the limit")
  void pingPongIsStoppedAtTheLimit() {
    TdxConfig config =
        with(new ImplicitRule(true, 3)).toBuilder()
            .pendingAccess(PendingAccess.VIRTUALIZATION_EXCEPTION)
            .build();
    TestTd td = TestTd.launched(config);

    Exit exit =
        td.runToTheEnd(read(0, SHARED), read(0, PRIVATE), read(0, SHARED), read(0, PRIVATE));

    assertInstanceOf(Exit.MemoryFault.class, exit);
  }

  @Test
  @DisplayName("edge 61: what old firmware leaves behind is healed by its first touch")
  void whatOldFirmwareLeavesBehindIsHealedByItsFirstTouch() {
    TestTd td = TestTd.launched(with(GuestFlavour.OLD_TDVF));
    Vcpu vcpu = td.vcpu(share(0, 4096), write(0, SHARED, 7), read(0, SHARED));
    vcpu.run();

    assertInstanceOf(Exit.MemoryFault.class, vcpu.run(Reply.Answer.RETRY));
    assertEquals(FULFILLED, vcpu.results().getFirst());
    assertEquals(PRIVATE, td.stateAt(0));
    assertInstanceOf(Exit.Halt.class, td.vmm.run(vcpu));

    assertEquals(loaded(7), vcpu.results().getLast());
    assertEquals(SHARED, td.stateAt(0));
  }

  @Test
  @DisplayName("edge 61: an accept of what is still shared converts it implicitly")
  void anAcceptOfWhatIsStillSharedConvertsIt() {
    TestTd td = TestTd.launched(with(GuestFlavour.OLD_TDVF));
    td.run(share(0, 4096));
    Vcpu vcpu = td.vcpu(unshare(0, 4096), read(0, PRIVATE));
    vcpu.run();

    Exit fault = vcpu.run(Reply.Answer.RETRY);
    assertInstanceOf(Exit.MemoryFault.class, fault);
    assertInstanceOf(Exit.Halt.class, vcpu.run(td.vmm.answer(vcpu.id(), fault).orElseThrow()));

    assertEquals(List.of(FULFILLED, loaded(0)), vcpu.results());
    assertEquals(PRIVATE, td.stateAt(0));
  }

  @Test
  @DisplayName("edge 62: a head that was mapped but not accepted is fatal to touch")
  void aHeadThatWasNotAcceptedIsFatalToTouch() {
    TestTd td = TestTd.launched();
    td.run(share(0, 4 * MIB));
    Vcpu vcpu =
        td.vcpu(
            new GuestAction.Call(new VmCall.MapGpa(0, 4 * MIB)),
            new GuestAction.Execute(new TdCall.AcceptPage(new Gpa(2 * MIB), PageSize.KIB_4)),
            read(2 * MIB, PRIVATE),
            read(0, PRIVATE));

    assertEquals(Errno.EIO, errnoOf(td.vmm.run(vcpu)));

    assertEquals(loaded(0), vcpu.results().getLast());
  }

  @Test
  @DisplayName("edge 63: a poisoned page stops the guest and is not converted on its behalf")
  void aPoisonedPageStopsTheGuest() {
    TestTd td = TestTd.launched();
    td.run(unshare(0, 4096));
    td.memory.poison(new PageIndex(0)).orThrow();

    Exit.MemoryFault fault =
        assertInstanceOf(Exit.MemoryFault.class, td.runToTheEnd(read(0, PRIVATE)));

    assertEquals(Errno.EHWPOISON, fault.errno());
    assertEquals(new Gpa(0), fault.gpa());
    assertEquals(PRIVATE, td.stateAt(0));
  }
}
