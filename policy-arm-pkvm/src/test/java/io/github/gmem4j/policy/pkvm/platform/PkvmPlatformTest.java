package io.github.gmem4j.policy.pkvm.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.guest.PlatformInstruction;
import io.github.gmem4j.api.memory.Accessor;
import io.github.gmem4j.api.policy.Execution;
import io.github.gmem4j.api.policy.Granting;
import io.github.gmem4j.api.policy.HostAttempt;
import io.github.gmem4j.api.policy.HostReach;
import io.github.gmem4j.api.policy.Interception;
import io.github.gmem4j.api.policy.PrivateAccess;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.policy.pkvm.el2.DmaIsolation;
import io.github.gmem4j.policy.pkvm.el2.PageState;
import io.github.gmem4j.policy.pkvm.hvc.Hvc;
import io.github.gmem4j.policy.pkvm.hvc.HvcProfile;
import io.github.gmem4j.policy.pkvm.hvc.HvcResult;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The platform alone, over EL2, without an engine. */
final class PkvmPlatformTest {
  private static final Gfn FRAME = new Gfn(3);
  private static final Gfn OTHER_FRAME = new Gfn(4);
  private static final GfnRange FRAMES = GfnRange.of(3, 1);

  private final FakeHost host = new FakeHost();
  private final PkvmPlatform platform =
      new PkvmPlatform(host, HvcProfile.MAINLINE, OwnerChange.WHEN_CONVERTED, DmaIsolation.NONE);
  private static final HostAttempt BY_CPU =
      new HostAttempt(Accessor.CPU, HostAttempt.Direction.LOAD);
  private static final HostAttempt BY_DEVICE =
      new HostAttempt(Accessor.DEVICE, HostAttempt.Direction.STORE);

  private final FakeFolio folio = new FakeFolio(7);
  private final FakeFolio other = new FakeFolio(8);

  @BeforeEach
  void aVcpuIsInside() {
    platform.enter(0);
    host.onKick = () -> platform.leave(0);
  }

  @AfterEach
  void nothingBroke() {
    assertEquals(List.of(), host.bugs);
  }

  private void isShared() {
    isPrivate();
    isShared(FRAME, folio);
  }

  private void isShared(Gfn gfn, FakeFolio page) {
    Hvc share = Hvc.share(gfn.gpa());
    assertEquals(Interception.PASSED, platform.intercept(0, share));
    platform.makeShared(page);
    platform.returned(0, share, HvcResult.SUCCESS);
  }

  private void isPrivate() {
    assertEquals(Granting.GRANTED, platform.makePrivate(FRAME, folio));
  }

  private void states(PageState guest, PageState itsHost) {
    assertEquals(guest, platform.guestState(FRAME));
    assertEquals(itsHost, platform.hostState(folio));
  }

  @Test
  void aPrivateTouchDonatesThePageOnce() {
    isPrivate();
    isPrivate();

    states(PageState.OWNED, PageState.NOPAGE);
    assertEquals(0, folio.zeroings());
    assertEquals(PrivateAccess.REACHED, platform.access(FRAME));
    assertEquals(PrivateAccess.NOT_MAPPED, platform.access(OTHER_FRAME));
  }

  @Test
  void aPageIsPrivateAtOneFrameAndAFrameHasOnePage() {
    isPrivate();

    assertInstanceOf(Granting.Denied.class, platform.makePrivate(OTHER_FRAME, folio));
    assertInstanceOf(Granting.Denied.class, platform.makePrivate(FRAME, other));
    assertInstanceOf(Granting.Denied.class, platform.mapShared(FRAME, other));
  }

  @Test
  void aPageThatTheGuestHasNotSharedIsNotGivenToItAsShared() {
    assertEquals(Granting.NOT_SHARED, platform.mapShared(FRAME, folio));
    states(PageState.NOPAGE, PageState.OWNED);
    isPrivate();
    assertEquals(Granting.NOT_SHARED, platform.mapShared(FRAME, folio));
    states(PageState.OWNED, PageState.NOPAGE);

    isShared(FRAME, folio);

    assertEquals(Granting.GRANTED, platform.mapShared(FRAME, folio));
  }

  @Test
  void aMemShareThatLacksItsPageIsGivenItAndSharesItWhenMadeAgain() {
    Hvc share = Hvc.share(FRAME.gpa());
    assertEquals(new Interception.NeedsPage(FRAME), platform.intercept(0, share));

    assertEquals(Granting.GRANTED, platform.mapShared(FRAME, folio));

    states(PageState.SHARED_OWNED, PageState.SHARED_BORROWED);
    assertEquals(Interception.PASSED, platform.intercept(0, share));
    platform.returned(0, share, HvcResult.SUCCESS);
    assertEquals(
        new Interception.Answered(HvcResult.INVALID_PARAMETER), platform.intercept(0, share));
  }

  @Test
  void aMemShareThatIsNotMadeAgainSharesNothing() {
    platform.intercept(0, Hvc.share(FRAME.gpa()));
    platform.leave(0);
    platform.enter(0);
    assertEquals(Granting.NOT_SHARED, platform.mapShared(FRAME, folio));

    platform.intercept(0, Hvc.share(FRAME.gpa()));
    platform.intercept(0, Hvc.memInfo());
    assertEquals(Granting.NOT_SHARED, platform.mapShared(FRAME, folio));

    platform.intercept(0, Hvc.share(FRAME.gpa()));
    assertEquals(Granting.NOT_SHARED, platform.mapShared(OTHER_FRAME, folio));
    states(PageState.NOPAGE, PageState.OWNED);
  }

  @Test
  void whatTheGuestOwnsAndHasNotAskedToShareTheHostNeverGets() {
    isPrivate();

    platform.makeShared(folio);

    states(PageState.OWNED, PageState.NOPAGE);
    assertEquals(List.of(folio), host.quarantined);
    assertEquals(0, folio.zeroings());
  }

  @Test
  void whereAMemUnshareAtEl2CameFirstAConversionToSharedHasNoEffect() {
    PkvmPlatform mainline =
        new PkvmPlatform(host, HvcProfile.MAINLINE, OwnerChange.IN_CALL, DmaIsolation.NONE);
    mainline.enter(0);
    mainline.makePrivate(FRAME, folio);
    mainline.intercept(0, Hvc.share(FRAME.gpa()));
    mainline.returned(0, Hvc.share(FRAME.gpa()), HvcResult.SUCCESS);
    mainline.intercept(0, Hvc.unshare(FRAME.gpa()));

    mainline.makeShared(folio);

    assertEquals(PageState.OWNED, mainline.guestState(FRAME));
    assertEquals(List.of(), host.quarantined);
  }

  @Test
  void whatTheVmmMakesPrivateUnaskedStaysSharedUntilTheGuestTakesItBack() {
    isShared();

    platform.takenFromHost(folio);

    states(PageState.SHARED_OWNED, PageState.SHARED_BORROWED);
    assertEquals(Granting.GRANTED, platform.makePrivate(FRAME, folio));
    assertEquals(PrivateAccess.REACHED, platform.access(FRAME));
    Hvc unshare = Hvc.unshare(FRAME.gpa());
    assertEquals(Interception.PASSED, platform.intercept(0, unshare));
    platform.returned(0, unshare, HvcResult.SUCCESS);
    states(PageState.OWNED, PageState.NOPAGE);
  }

  @Test
  void aPageThatTheVmmGaveBackIsTakenFromItOnlyWhenItGoes() {
    isShared();
    platform.takenFromHost(folio);
    platform.makeShared(folio);
    Hvc unshare = Hvc.unshare(FRAME.gpa());
    platform.intercept(0, unshare);
    platform.returned(0, unshare, HvcResult.SUCCESS);

    states(PageState.SHARED_OWNED, PageState.SHARED_BORROWED);
    platform.takenFromHost(folio);
    states(PageState.OWNED, PageState.NOPAGE);
  }

  @Test
  void ownersChangeInPlace() {
    isShared();
    states(PageState.SHARED_OWNED, PageState.SHARED_BORROWED);
    platform.makeShared(folio);
    platform.intercept(0, Hvc.unshare(FRAME.gpa()));
    platform.takenFromHost(folio);
    states(PageState.OWNED, PageState.NOPAGE);
    platform.takenFromHost(folio);
    platform.zapPrivate(FRAMES);

    states(PageState.OWNED, PageState.NOPAGE);
    assertEquals(0, folio.zeroings());
  }

  @Test
  void aPageThatNoGuestTouchedStaysTheHosts() {
    platform.makeShared(folio);
    platform.takenFromHost(folio);
    platform.reachedByHost(folio, BY_CPU);
    platform.reclaim(folio);

    states(PageState.NOPAGE, PageState.OWNED);
    assertEquals(0, folio.zeroings());
  }

  @Test
  void n36_aPageTakenByForceIsZeroedAndGoodForAnotherFrameOnly() {
    isPrivate();

    platform.reachedByHost(folio, BY_CPU);

    states(PageState.POISON, PageState.OWNED);
    assertEquals(1, folio.zeroings());
    assertEquals(PrivateAccess.NOT_MAPPED, platform.access(FRAME));
    assertInstanceOf(Granting.Denied.class, platform.makePrivate(FRAME, folio));
    assertInstanceOf(Granting.Denied.class, platform.mapShared(FRAME, other));
    assertEquals(Granting.GRANTED, platform.makePrivate(OTHER_FRAME, folio));
  }

  @Test
  void aSharedPageThatTheHostReachesStaysAsItIs() {
    isShared();

    platform.reachedByHost(folio, BY_CPU);

    states(PageState.SHARED_OWNED, PageState.SHARED_BORROWED);
    assertEquals(0, folio.zeroings());
  }

  @Test
  void onlyAPrivatePageIsScrubbedWhenItIsFreed() {
    isPrivate();
    platform.makePrivate(OTHER_FRAME, other);
    isShared(OTHER_FRAME, other);

    platform.reclaim(folio);
    platform.reclaim(folio);
    platform.reclaim(other);

    assertEquals(1, folio.zeroings());
    assertEquals(0, other.zeroings());
    states(PageState.NOPAGE, PageState.OWNED);
    isPrivate();
  }

  @Test
  void onlyAPrivatePageIsScrubbedAtTheEnd() {
    isPrivate();
    platform.makePrivate(OTHER_FRAME, other);
    isShared(OTHER_FRAME, other);

    platform.teardown();

    assertEquals(1, folio.zeroings());
    assertEquals(0, other.zeroings());
    assertEquals(PageState.OWNED, platform.hostState(folio));
    assertEquals(PageState.OWNED, platform.hostState(other));
  }

  @Test
  void afterTheEndThereIsNothingLeftToReclaimOrToObjectTo() {
    isPrivate();
    platform.makePrivate(OTHER_FRAME, other);
    isShared(OTHER_FRAME, other);
    platform.teardown();

    platform.reclaim(folio);
    platform.reclaim(other);

    assertEquals(1, folio.zeroings());
    assertEquals(0, other.zeroings());
    assertEquals(PageState.NOPAGE, platform.guestState(FRAME));
    assertEquals(PageState.OWNED, platform.hostState(folio));
  }

  @Test
  void aShortCacheIsFilledAndTriedAgain() {
    host.fail(1);

    assertEquals(Granting.BUSY, platform.makePrivate(FRAME, folio));
    isPrivate();
  }

  @Test
  void onlyAMemShareUnderWayLetsAPrivatePageBeShared() {
    isPrivate();
    assertEquals(
        Optional.of("gfn 0x3 is the guest's: it has not shared it"),
        platform.objectionToSharing(folio));

    Hvc share = Hvc.share(FRAME.gpa());
    assertEquals(Interception.PASSED, platform.intercept(0, share));
    assertEquals(Optional.empty(), platform.objectionToSharing(folio));
    platform.returned(0, share, HvcResult.INVALID_PARAMETER);

    assertEquals(1, platform.objectionToSharing(folio).stream().count());
  }

  @Test
  void pagesThatAreNotTheGuestsMayBeSharedByAnybody() {
    isShared();

    assertEquals(Optional.empty(), platform.objectionToSharing(folio));
  }

  @Test
  void aBrokenPromiseIsRememberedUntilThePageChangesHands() {
    isShared();
    Hvc unshare = Hvc.unshare(FRAME.gpa());
    Hvc share = Hvc.share(FRAME.gpa());
    Interception refused = new Interception.Answered(HvcResult.INVALID_PARAMETER);
    assertEquals(refused, platform.intercept(0, share));

    platform.intercept(0, unshare);
    platform.returned(0, unshare, HvcResult.SUCCESS);
    assertEquals(refused, platform.intercept(0, new Hvc(share.x0(), share.x1() + 8, 0, 0)));
    assertEquals(refused, platform.intercept(0, new Hvc(share.x0(), share.x1(), 1, 0)));
    assertEquals(Interception.PASSED, platform.intercept(0, share));
    platform.returned(0, share, HvcResult.SUCCESS);

    assertEquals(refused, platform.intercept(0, share));
  }

  @Test
  void aKeptPromiseIsNoneAnyMore() {
    isShared();
    Hvc unshare = Hvc.unshare(FRAME.gpa());
    platform.intercept(0, unshare);
    platform.returned(0, unshare, HvcResult.SUCCESS);
    platform.takenFromHost(folio);
    platform.intercept(0, Hvc.share(FRAME.gpa()));
    platform.makeShared(folio);
    platform.returned(0, Hvc.share(FRAME.gpa()), HvcResult.SUCCESS);

    assertEquals(
        new Interception.Answered(HvcResult.INVALID_PARAMETER),
        platform.intercept(0, Hvc.share(FRAME.gpa())));
  }

  @Test
  void whereEl2ChangesOwnersInTheCallTheKernelCannotDenyIt() {
    PkvmPlatform mainline =
        new PkvmPlatform(host, HvcProfile.MAINLINE, OwnerChange.IN_CALL, DmaIsolation.NONE);
    mainline.enter(0);
    mainline.makePrivate(FRAME, folio);
    Hvc share = Hvc.share(FRAME.gpa());

    assertEquals(Interception.PASSED, mainline.intercept(0, share));

    assertEquals(PageState.SHARED_OWNED, mainline.guestState(FRAME));
    assertEquals(
        Optional.of(HvcResult.SUCCESS), mainline.returned(0, share, HvcResult.INVALID_PARAMETER));
  }

  @Test
  void aRangeIsPassedOnAsFarAsItGoes() {
    PkvmPlatform android =
        new PkvmPlatform(host, HvcProfile.ANDROID, OwnerChange.WHEN_CONVERTED, DmaIsolation.NONE);
    android.enter(0);
    android.makePrivate(FRAME, folio);
    android.makePrivate(OTHER_FRAME, other);
    android.makePrivate(new Gfn(5), new FakeFolio(20));

    assertEquals(
        new Interception.PassedAs(Hvc.share(FRAME.gpa(), 2)),
        android.intercept(0, Hvc.share(FRAME.gpa(), 3)));
    assertEquals(Interception.PASSED, android.intercept(0, Hvc.share(FRAME.gpa(), 2)));
    assertEquals(Interception.PASSED, android.intercept(0, Hvc.share(FRAME.gpa(), 0)));
  }

  private record SomebodyElses() implements GuestCall, PlatformInstruction {}

  @Test
  void whatIsNotPkvmsIsPassedOnOrUndefined() {
    assertEquals(Interception.PASSED, platform.intercept(0, new SomebodyElses()));
    assertInstanceOf(Execution.Excepted.class, platform.execute(new SomebodyElses()));
  }

  @Test
  @DisplayName("Documentation/virt/kvm/arm/pkvm.rst, DMA isolation using an IOMMU: unimplemented")
  void aDeviceGoesPastTheHostsStage2() {
    isPrivate();

    assertEquals(HostReach.EXPOSED, platform.reachedByHost(folio, BY_DEVICE));

    states(PageState.OWNED, PageState.NOPAGE);
    assertEquals(0, folio.zeroings());
  }

  @Test
  void anIommuInTheHypervisorsHandsStopsIt() {
    PkvmPlatform isolated =
        new PkvmPlatform(
            host, HvcProfile.MAINLINE, OwnerChange.WHEN_CONVERTED, DmaIsolation.HYPERVISOR_IOMMU);
    isolated.enter(0);
    assertEquals(Granting.GRANTED, isolated.makePrivate(FRAME, folio));

    assertInstanceOf(HostReach.Blocked.class, isolated.reachedByHost(folio, BY_DEVICE));
    assertEquals(HostReach.EXPOSED, isolated.reachedByHost(other, BY_DEVICE));

    assertEquals(PageState.OWNED, isolated.guestState(FRAME));
    assertEquals(HostReach.DESTROYED, isolated.reachedByHost(folio, BY_CPU));
  }
}
