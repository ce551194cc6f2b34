package io.github.gmem4j.policy.tdx.sept;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.policy.Granting;
import io.github.gmem4j.api.policy.PrivateAccess;
import io.github.gmem4j.api.seam.FaultSite;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.policy.tdx.tdcall.PageSize;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus.Operand;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

final class RemovalTest {
  private static final GfnRange PAGE = GfnRange.of(3, 1);

  @SuppressWarnings("UnusedVariable") // named in an annotation
  private static final List<FaultSite> ZAP_LOCKS =
      List.of(SeptFaults.RANGE_BLOCK_BUSY, SeptFaults.TRACK_BUSY, SeptFaults.PAGE_REMOVE_BUSY);

  private final Td td = new Td();

  @ParameterizedTest
  @FieldSource("ZAP_LOCKS")
  @DisplayName("edge 41: after one lock all vCPUs are kicked and the second try succeeds")
  void afterOneLockTheVcpusAreKickedAndTheSecondTrySucceeds(FaultSite site) {
    td.accepted(3);
    td.host.enter(0);
    td.host.fail(site, 1);

    td.platform.zapPrivate(PAGE);

    // One kick because of the lock, one because of the new epoch.
    assertEquals(2, td.host.kicks());
    assertEquals(EntryState.FREE, td.stateOf(Td.small(3)));
    assertEquals(List.of(), td.host.bugs());
  }

  @ParameterizedTest
  @FieldSource("ZAP_LOCKS")
  @DisplayName("edge 42: a second lock makes the VM dead")
  void aSecondLockMakesTheVmDead(FaultSite site) {
    td.accepted(3);
    td.host.fail(site, 2);

    td.platform.zapPrivate(GfnRange.of(0, 512));

    assertEquals(1, td.host.bugs().size());
  }

  @Test
  @DisplayName("edge 40: a page that cannot be added for a lock is simply tried again")
  void aPageThatCannotBeAddedForALockIsTriedAgain() {
    td.host.fail(SeptFaults.PAGE_AUG_BUSY, 1);
    FakeFolio page = new FakeFolio(9);

    assertEquals(Granting.BUSY, td.platform.makePrivate(new Gfn(3), page));
    assertEquals(Granting.GRANTED, td.platform.makePrivate(new Gfn(3), page));

    td.host.fail(SeptFaults.SEPT_ADD_BUSY, 1);
    assertEquals(Granting.BUSY, td.platform.makePrivate(new Gfn(1 << 20), new FakeFolio(10)));
    assertEquals(List.of(), td.host.bugs());
    assertEquals(0, td.host.kicks());
  }

  @Test
  void eachSmallPageIsARoundOfItsOwn() {
    td.accepted(3);
    td.accepted(4);
    td.pending(5);

    td.platform.zapPrivate(GfnRange.of(0, 512));

    assertEquals(3, td.host.kicks());
  }

  @Test
  @DisplayName("edge 28: frames that were never touched cost nothing")
  void framesThatWereNeverTouchedCostNothing() {
    td.platform.zapPrivate(GfnRange.of(0, 1 << 30));

    assertEquals(0, td.host.kicks());
  }

  @Test
  @DisplayName("edge 29: a page that was never accepted is removed the same way")
  void aPageThatWasNeverAcceptedIsRemovedTheSameWay() {
    td.pending(3);

    td.platform.zapPrivate(PAGE);

    assertEquals(EntryState.FREE, td.stateOf(Td.small(3)));
    assertEquals(1, td.host.kicks());
  }

  @Test
  @DisplayName("edge 52: a page taken away unasked comes back unaccepted, never as zeroes")
  void aPageTakenAwayUnaskedComesBackUnaccepted() {
    FakeFolio page = td.accepted(3);
    assertEquals(PrivateAccess.REACHED, td.platform.access(new Gfn(3)));

    td.platform.zapPrivate(PAGE);
    assertEquals(PrivateAccess.NOT_MAPPED, td.platform.access(new Gfn(3)));

    td.platform.makePrivate(new Gfn(3), page);
    assertInstanceOf(PrivateAccess.Fatal.class, td.platform.access(new Gfn(3)));
  }

  @Test
  @DisplayName("edge 51: with #VE enabled a touch of an unaccepted page is the guest's problem")
  void withVeEnabledATouchIsTheGuestsProblem() {
    SeptPlatform lenient =
        new SeptPlatform(
            td.host,
            Td.ADDRESSES,
            PendingAccess.VIRTUALIZATION_EXCEPTION,
            PageReset.NONE,
            DeviceAssignment.NONE);
    lenient.makePrivate(new Gfn(3), new FakeFolio(3));

    assertInstanceOf(PrivateAccess.Excepted.class, lenient.access(new Gfn(3)));
  }

  @Test
  @DisplayName("edge 54: a page that cannot be flushed is quarantined and the VM is dead")
  void aPageThatCannotBeFlushedIsQuarantined() {
    FakeFolio page = td.accepted(3);
    td.host.fail(SeptFaults.PAGE_WBINVD_BUSY, 1);

    td.platform.zapPrivate(PAGE);

    assertTrue(td.platform.isQuarantined(page));
    assertEquals(1, td.host.bugs().size());
    assertInstanceOf(Granting.Denied.class, td.platform.makePrivate(new Gfn(3), page));
    assertFalse(td.platform.isQuarantined(new FakeFolio(4)));
  }

  @Test
  void onProcessorsWithTheErratumTheHostFindsZeroes() {
    Td sapphireRapids = new Td(PageReset.ZERO, DeviceAssignment.NONE);
    FakeFolio page = sapphireRapids.accepted(3);

    sapphireRapids.platform.zapPrivate(PAGE);

    assertEquals(FakeFolio.ZEROED, page.content());
    assertEquals(2, page.zeroings());
  }

  @Test
  void elsewhereTheHostFindsNothingOfUse() {
    FakeFolio page = td.accepted(3);

    td.platform.zapPrivate(PAGE);

    assertEquals(FakeFolio.SCRAMBLED, page.content());
  }

  @Test
  @DisplayName("edge 36: a page that was never added keeps the host's bytes")
  void aPageThatWasNeverAddedKeepsTheHostsBytes() {
    FakeFolio page = new FakeFolio(3);

    td.platform.zapPrivate(PAGE);
    td.platform.makeShared(page);

    assertEquals(FakeFolio.UNTOUCHED, page.content());
  }

  @Test
  void onePhysicalPageHasOneOwner() {
    FakeFolio page = td.pending(3);

    assertInstanceOf(Granting.Denied.class, td.platform.makePrivate(new Gfn(4), page));
    assertTrue(td.host.bugs().getFirst().contains("0xc000030000000008"));
  }

  @Test
  void aPageInUseCannotBeFlushed() {
    FakeFolio page = td.pending(3);

    assertEquals(
        TdxStatus.PAGE_METADATA_INCORRECT.about(Operand.RCX), td.firmware.physical().wbinvd(page));
  }

  @Test
  @DisplayName("tdh_phymem_page_reclaim.c: nothing is taken back from a TD that lives")
  void nothingIsTakenBackFromATdThatLives() {
    FakeFolio page = td.accepted(3);

    assertEquals(TdxStatus.LIFECYCLE_STATE_INCORRECT, td.firmware.physical().reclaim(page));

    assertEquals(EntryState.MAPPED, td.stateOf(Td.small(3)));
    assertEquals(
        TdxStatus.PAGE_METADATA_INCORRECT.about(Operand.RCX),
        td.firmware.physical().reclaim(new FakeFolio(4)));
  }

  @Test
  @DisplayName("tdx.c, tdx_reclaim_page: what teardown takes back is reset on such processors too")
  void whatTeardownTakesBackIsReset() {
    Td sapphireRapids = new Td(PageReset.ZERO, DeviceAssignment.NONE);
    FakeFolio page = sapphireRapids.accepted(3);
    sapphireRapids.platform.teardown();

    sapphireRapids.platform.reclaim(page);

    assertEquals(FakeFolio.ZEROED, page.content());
  }

  @Test
  void teardownTakesBackWhatIsStillMapped() {
    FakeFolio page = td.accepted(3);
    td.platform.teardown();

    td.platform.reclaim(page);
    td.platform.reclaim(page);

    assertEquals(EntryState.FREE, td.stateOf(Td.small(3)));
    assertEquals(
        new AcceptOutcome.Left(new EptViolation(PageSize.KIB_4, PageSize.KIB_4, EntryState.FREE)),
        td.accept(3, PageSize.KIB_4));
  }

  @Test
  @DisplayName("tdh_mem_page_remove.c: only a leaf is removed; tdg_mem_page_release.c: as mapped")
  void whatIsNotMappedIsNeitherRemovedNorReleased() {
    td.accepted(3);
    td.pending(5);

    assertEquals(
        TdxStatus.EPT_ENTRY_STATE_INCORRECT.about(TdxStatus.Operand.RCX),
        td.firmware.pages().remove(Td.small(4)));
    assertEquals(
        TdxStatus.EPT_ENTRY_FREE.about(TdxStatus.Operand.RCX), td.release(4, PageSize.KIB_4));
    assertEquals(
        TdxStatus.EPT_ENTRY_STATE_INCORRECT.about(TdxStatus.Operand.RCX),
        td.release(5, PageSize.KIB_4));
    assertEquals(TdxStatus.PAGE_SIZE_MISMATCH.at(PageSize.KIB_4), td.release(0, PageSize.MIB_2));
  }
}
