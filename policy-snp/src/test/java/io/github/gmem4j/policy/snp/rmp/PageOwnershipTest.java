package io.github.gmem4j.policy.snp.rmp;

import static io.github.gmem4j.policy.snp.rmp.Machine.GFN;
import static io.github.gmem4j.policy.snp.rmp.Machine.PFN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.policy.Execution;
import io.github.gmem4j.api.policy.Granting;
import io.github.gmem4j.api.policy.PrivateAccess;
import io.github.gmem4j.api.seam.FaultSite;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.policy.snp.ghcb.PageSize;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What KVM does with pages, and where it gives up. Sources: Linux 7.3 {@code
 * sev_gmem_make_private}, {@code sev_gmem_make_shared} and {@code sev_gmem_post_populate} of {@code
 * arch/x86/kvm/svm/sev.c}, {@code rmpupdate} of {@code arch/x86/virt/svm/sev.c}.
 */
final class PageOwnershipTest {
  private static final Gfn FRAME = new Gfn(GFN);

  private final Machine machine = new Machine();

  private void assertDenied(Granting granting) {
    assertInstanceOf(Granting.Denied.class, granting);
    assertEquals(List.of(), machine.host.bugs());
  }

  @Test
  void aPageComesUnvalidatedAndFaultsTheGuestUntilItIsTaken() {
    FakeFolio folio = new FakeFolio(PFN);

    assertEquals(Granting.GRANTED, machine.give(GFN, folio));

    assertInstanceOf(PrivateAccess.Excepted.class, machine.platform.access(FRAME));
    assertEquals(SnpInstructionResult.CHANGED, machine.validate(GFN, PageSize.KIB_4));
    assertEquals(PrivateAccess.REACHED, machine.platform.access(FRAME));
    assertEquals(1, folio.scrambles());
  }

  @Test
  void givingAPageTwiceChangesNothing() {
    FakeFolio folio = machine.validated(GFN, PFN);

    assertEquals(Granting.GRANTED, machine.give(GFN, folio));

    assertTrue(machine.rmp.at(PFN).validated());
    assertEquals(1, folio.scrambles());
  }

  @Test
  void c26_sharingAPageThatWasNeverTouchedNeedsNoRmpupdate() {
    FakeFolio folio = new FakeFolio(PFN);

    machine.platform.zapPrivate(GfnRange.of(GFN, 1));
    machine.platform.makeShared(folio);

    assertEquals(0, machine.host.asked(RmpFaults.RMPUPDATE_INPUT));
    assertEquals(0, folio.scrambles());
    assertEquals(List.of(), machine.host.quarantined());
  }

  @Test
  void c27_aPageInUseIsQuarantinedAndStaysAssigned() {
    FakeFolio folio = machine.validated(GFN, PFN);
    machine.host.fail(RmpFaults.RMPUPDATE_IN_USE, 1);

    machine.platform.makeShared(folio);

    assertEquals(List.of(folio), machine.host.quarantined());
    assertTrue(machine.rmp.at(PFN).assigned());
    assertEquals(1, folio.scrambles());
    assertEquals(List.of(), machine.host.bugs());
    assertEquals(0, machine.host.asked(RmpFaults.PAGE_RECLAIM));
  }

  @Test
  void takingASmallPageBackNeedsNoPsmash() {
    FakeFolio folio = machine.validated(GFN, PFN);

    machine.platform.makeShared(folio);

    assertEquals(RmpEntry.HYPERVISOR, machine.rmp.at(PFN));
    assertEquals(0, machine.host.asked(RmpFaults.PSMASH_INPUT));
  }

  @Test
  void aPageThatLeavesItsMemoryIsQuarantinedTheSameWay() {
    FakeFolio folio = machine.validated(GFN, PFN);
    machine.host.fail(RmpFaults.RMPUPDATE_INPUT, 1);

    machine.platform.reclaim(folio);

    assertEquals(List.of(folio), machine.host.quarantined());
  }

  private void assertTriedAtMost96Times(FaultSite site) {
    machine.host.fail(site, PageOwnership.MAX_TRIES - 1);
    assertEquals(Granting.GRANTED, machine.give(GFN, new FakeFolio(PFN)));
    assertEquals(PageOwnership.MAX_TRIES, machine.host.asked(site));

    machine.host.fail(site, PageOwnership.MAX_TRIES);
    assertDenied(machine.give(GFN + 1, new FakeFolio(PFN + 1)));
    assertEquals(2 * PageOwnership.MAX_TRIES, machine.host.asked(site));
  }

  @Test
  void c28_anOverlapThatNeverEndsIsTried96Times() {
    assertEquals(96, PageOwnership.MAX_TRIES);
    assertTriedAtMost96Times(RmpFaults.RMPUPDATE_OVERLAP);
  }

  @Test
  void c28_anOverlapThatNeverEndsQuarantinesAPageOnItsWayBack() {
    FakeFolio lucky = machine.validated(GFN, PFN);
    FakeFolio unlucky = machine.validated(GFN + 1, PFN + 1);

    machine.host.fail(RmpFaults.RMPUPDATE_OVERLAP, PageOwnership.MAX_TRIES - 1);
    machine.platform.makeShared(lucky);
    assertEquals(List.of(), machine.host.quarantined());

    machine.host.fail(RmpFaults.RMPUPDATE_OVERLAP, PageOwnership.MAX_TRIES);
    machine.platform.makeShared(unlucky);
    assertEquals(List.of(unlucky), machine.host.quarantined());
  }

  @Test
  void psmashOfAnEntryInUseIsTried96Times() {
    machine.largeValidated();
    machine.host.fail(RmpFaults.PSMASH_IN_USE, PageOwnership.MAX_TRIES);
    assertFalse(machine.ownership().smash(PFN));

    machine.host.fail(RmpFaults.PSMASH_IN_USE, PageOwnership.MAX_TRIES - 1);
    assertTrue(machine.ownership().smash(PFN));
  }

  @Test
  void anEntryThatCannotBeSmashedEndsTheVm() {
    machine.largeValidated();
    machine.host.fail(RmpFaults.PSMASH_IN_USE, 2 * PageOwnership.MAX_TRIES);

    assertInstanceOf(
        Execution.Fatal.class, machine.pvalidate(GFN, PageSize.KIB_4, Validation.RESCIND));
    assertInstanceOf(PrivateAccess.Fatal.class, machine.platform.access(FRAME));
  }

  @Test
  void aPageOfALargeEntryThatCannotBeSmashedIsQuarantined() {
    machine.largeValidated();
    machine.host.fail(RmpFaults.PSMASH_INPUT, 1);
    FakeFolio folio = new FakeFolio(PFN + 9);

    machine.platform.makeShared(folio);

    assertEquals(List.of(folio), machine.host.quarantined());
    assertEquals(PageSize.MIB_2, machine.rmp.at(PFN + 9).size());
  }

  @Test
  void c29_aPageOfTheFirmwareIsReclaimedFirst() {
    machine.instructions.rmpupdate(PFN, RmpUpdate.toFirmware(RmpPlatform.ASID, GFN));
    FakeFolio folio = new FakeFolio(PFN);

    machine.platform.makeShared(folio);

    assertEquals(RmpEntry.HYPERVISOR, machine.rmp.at(PFN));
    assertEquals(List.of(), machine.host.quarantined());
  }

  @Test
  void c29_aPageThatTheFirmwareKeepsIsQuarantined() {
    machine.instructions.rmpupdate(PFN, RmpUpdate.toFirmware(RmpPlatform.ASID, GFN));
    machine.host.fail(RmpFaults.PAGE_RECLAIM, 1);
    FakeFolio folio = new FakeFolio(PFN);

    machine.platform.makeShared(folio);

    assertEquals(List.of(folio), machine.host.quarantined());
    assertTrue(machine.rmp.at(PFN).immutable());
  }

  @Test
  void c30_aPageOfAnotherFrameGuestOrOfTheFirmwareIsNotGiven() {
    machine.give(GFN, new FakeFolio(PFN));
    machine.instructions.rmpupdate(
        PFN + 1, RmpUpdate.toGuest(RmpPlatform.ASID + 1, GFN + 1, PageSize.KIB_4));
    machine.instructions.rmpupdate(PFN + 2, RmpUpdate.toFirmware(RmpPlatform.ASID, GFN + 2));

    assertDenied(machine.give(GFN + 7, new FakeFolio(PFN)));
    assertDenied(machine.give(GFN + 1, new FakeFolio(PFN + 1)));
    assertDenied(machine.give(GFN + 2, new FakeFolio(PFN + 2)));
    assertTrue(machine.rmp.at(PFN).isOf(RmpPlatform.ASID, GFN));
  }

  @Test
  void c33_aRegionWithAnAssignedPageGetsNoLargeEntryAndPvalidateSaysSo() {
    machine.validated(GFN + 9, PFN + 9);

    assertEquals(
        RmpStatus.FAIL_OVERLAP,
        machine.instructions.rmpupdate(
            PFN, RmpUpdate.toGuest(RmpPlatform.ASID, GFN, PageSize.MIB_2)));
    machine.give(GFN, new FakeFolio(PFN));
    assertEquals(
        SnpInstructionResult.failed(RmpStatus.FAIL_SIZEMISMATCH),
        machine.validate(GFN, PageSize.MIB_2));
  }

  @Test
  void c34_aPageOutsideOfTheRmpCannotBecomePrivate() {
    Machine small = new Machine(new RmpCoverage(0, PFN));
    FakeFolio folio = new FakeFolio(PFN);

    Granting.Denied denied = assertInstanceOf(Granting.Denied.class, small.give(GFN, folio));
    assertEquals("the RMP does not cover page 0x400", denied.reason());
    small.platform.makeShared(folio);
    assertEquals(List.of(), small.host.quarantined());
  }

  @Test
  void c56_anAssignedPageCannotBeAddedToTheImage() {
    RmpPlatform fresh = new RmpPlatform(machine.host, RmpCoverage.ALL);
    FakeFolio folio = new FakeFolio(PFN);
    fresh.makePrivate(FRAME, folio);

    Granting.Denied denied =
        assertInstanceOf(
            Granting.Denied.class, fresh.populate(FRAME, folio, Optional.of(new byte[4096])));

    assertTrue(denied.reason().contains("EEXIST"));
    assertEquals(0, folio.fills());
  }

  @Test
  @DisplayName(
      "sev_gmem_post_populate of arch/x86/kvm/svm/sev.c looks the entry up before it copies")
  void aPageWithoutAnRmpEntryIsNotFilledForTheImage() {
    RmpPlatform fresh = new RmpPlatform(machine.host, new RmpCoverage(0, PFN));
    FakeFolio folio = new FakeFolio(PFN);

    assertInstanceOf(
        Granting.Denied.class, fresh.populate(FRAME, folio, Optional.of(new byte[4096])));

    assertEquals(0, folio.fills());
  }

  @Test
  void aPageOfTheImageIsValidatedAndKeepsItsBytes() {
    RmpPlatform fresh = new RmpPlatform(machine.host, RmpCoverage.ALL);
    FakeFolio folio = new FakeFolio(PFN);

    assertEquals(Granting.GRANTED, fresh.populate(FRAME, folio, Optional.of(new byte[4096])));

    assertEquals(PrivateAccess.REACHED, fresh.access(FRAME));
    assertFalse(fresh.rmp().at(PFN).immutable());
    assertEquals(1, folio.fills());
    assertEquals(0, folio.scrambles());
  }

  @Test
  void c57_aPageThatTheFirmwareRefusesIsTheHypervisorsAgain() {
    RmpPlatform fresh = new RmpPlatform(machine.host, RmpCoverage.ALL);
    FakeFolio folio = new FakeFolio(PFN);
    machine.host.fail(RmpFaults.LAUNCH_UPDATE, 1);

    assertInstanceOf(Granting.Denied.class, fresh.populate(FRAME, folio, Optional.empty()));

    assertEquals(RmpEntry.HYPERVISOR, fresh.rmp().at(PFN));
    assertEquals(0, folio.scrambles());
    assertEquals(Granting.GRANTED, fresh.populate(FRAME, folio, Optional.empty()));
  }

  @Test
  void thePageThatRmpupdateRefusesNeverReachesTheFirmware() {
    RmpPlatform fresh = new RmpPlatform(machine.host, RmpCoverage.ALL);
    machine.host.fail(RmpFaults.RMPUPDATE_IN_USE, 1);

    assertInstanceOf(
        Granting.Denied.class, fresh.populate(FRAME, new FakeFolio(PFN), Optional.empty()));

    assertEquals(0, machine.host.asked(RmpFaults.LAUNCH_UPDATE));
  }

  @Test
  void c58_nothingIsMappedAheadBeforeTheLaunchIsFinishedAndNothingIsAddedAfter() {
    RmpPlatform fresh = new RmpPlatform(machine.host, RmpCoverage.ALL);
    assertFalse(fresh.allowsPrefault());

    fresh.finalizeLaunch();

    assertTrue(fresh.allowsPrefault());
    assertInstanceOf(
        Granting.Denied.class, fresh.populate(FRAME, new FakeFolio(PFN), Optional.empty()));
  }

  @Test
  void hardwareThatRefusesForOtherReasonsDenies() {
    for (FaultSite site :
        new FaultSite[] {
          RmpFaults.RMPUPDATE_INPUT, RmpFaults.RMPUPDATE_PERMISSION, RmpFaults.RMPUPDATE_IN_USE
        }) {
      machine.host.fail(site, 1);
      assertDenied(machine.give(GFN, new FakeFolio(PFN)));
      assertEquals(RmpEntry.HYPERVISOR, machine.rmp.at(PFN));
    }
  }

  @Test
  void anEntryThatAnotherProcessorHasIsTriedAgain() {
    machine.validated(GFN, PFN);
    machine.host.fail(RmpFaults.ACCESS_IN_USE, 1);

    assertEquals(PrivateAccess.NOT_MAPPED, machine.platform.access(FRAME));
    assertEquals(PrivateAccess.REACHED, machine.platform.access(FRAME));
  }

  @Test
  void whatTheRmpNoLongerGivesTheGuestIsMappedAgain() {
    machine.validated(GFN, PFN);
    machine.instructions.rmpupdate(PFN, RmpUpdate.toHypervisor(PageSize.KIB_4));

    assertEquals(PrivateAccess.NOT_MAPPED, machine.platform.access(FRAME));
    assertEquals(
        new Execution.NeedsPage(FRAME),
        machine.pvalidate(GFN, PageSize.KIB_4, Validation.VALIDATE));
  }

  @Test
  void whatIsZappedIsMappedAgainAtTheNextTouch() {
    FakeFolio folio = machine.validated(GFN, PFN);
    machine.validated(GFN + 1, PFN + 1);

    machine.platform.zapPrivate(GfnRange.of(GFN, 1));

    assertEquals(PrivateAccess.NOT_MAPPED, machine.platform.access(FRAME));
    assertEquals(PrivateAccess.REACHED, machine.platform.access(new Gfn(GFN + 1)));
    assertEquals(Granting.GRANTED, machine.give(GFN, folio));
    assertEquals(PrivateAccess.REACHED, machine.platform.access(FRAME));
  }

  @Test
  void anAccessToASmallPageLeavesItsNeighboursMapped() {
    machine.validated(GFN, PFN);
    machine.validated(GFN + 1, PFN + 1);

    assertEquals(PrivateAccess.REACHED, machine.platform.access(FRAME));

    assertEquals(PrivateAccess.REACHED, machine.platform.access(new Gfn(GFN + 1)));
    assertEquals(0, machine.host.asked(RmpFaults.PSMASH_INPUT));
  }

  @Test
  @DisplayName("APM volume 2, 15.36.3: an immutable page is the firmware's, not the guest's")
  void aPageThatTheFirmwareHoldsIsOutOfTheGuestsReach() {
    machine.validated(GFN, PFN);
    machine.instructions.rmpupdate(PFN, RmpUpdate.toFirmware(RmpPlatform.ASID, GFN));

    assertEquals(PrivateAccess.NOT_MAPPED, machine.platform.access(FRAME));
    assertEquals(
        new Execution.NeedsPage(FRAME),
        machine.pvalidate(GFN, PageSize.KIB_4, Validation.VALIDATE));
  }

  @Test
  void aDeniedPageIsNotMapped() {
    machine.largeValidated();

    assertDenied(machine.give(GFN + 600, new FakeFolio(PFN + 7)));

    assertEquals(PrivateAccess.NOT_MAPPED, machine.platform.access(new Gfn(GFN + 600)));
    assertEquals(PageSize.MIB_2, machine.rmp.at(PFN).size());
  }
}
