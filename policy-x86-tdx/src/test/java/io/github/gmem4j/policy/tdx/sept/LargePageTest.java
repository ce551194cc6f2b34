package io.github.gmem4j.policy.tdx.sept;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.policy.tdx.tdcall.PageSize;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus.Operand;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class LargePageTest {
  private static final GfnRange ONE = GfnRange.of(600, 1);

  private final Td td = new Td();
  private final LeafSplit splitting = splitting(td);

  private static LeafSplit splitting(Td td) {
    HostCalls calls = new HostCalls(td.host);
    return new LeafSplit(
        td.firmware, td.host, calls, new LeafTracking(td.firmware, td.host, calls));
  }

  @Test
  @DisplayName("edge 30: sharing 4 KiB of an accepted 2 MiB page leaves its 511 neighbours alone")
  void sharingAPartLeavesItsNeighboursAlone() {
    List<FakeFolio> folios = td.largeAccepted();

    td.platform.zapPrivate(ONE);

    assertEquals(EntryState.FREE, td.stateOf(Td.small(600)));
    assertEquals(FakeFolio.SCRAMBLED, folios.get(88).content());
    for (int i = 0; i < 512; i++) {
      if (i != 88) {
        assertEquals(EntryState.MAPPED, td.stateOf(Td.small(512 + i)));
        assertEquals(1, folios.get(i).zeroings());
        assertEquals(FakeFolio.ZEROED, folios.get(i).content());
      }
    }
  }

  @Test
  @DisplayName("edge 31: without memory for the table nothing has changed")
  void withoutMemoryForTheTableNothingHasChanged() {
    td.largeAccepted();
    td.host.fail(SeptFaults.SPLIT_ALLOCATION, 1);

    assertEquals(LeafSplit.Outcome.OUT_OF_MEMORY, splitting.split(Td.LARGE));

    assertEquals(EntryState.MAPPED, td.stateOf(Td.LARGE));
    assertEquals(0, td.host.kicks());
    assertEquals(List.of(), td.host.bugs());
  }

  @Test
  @DisplayName("edge 32: a part can be punched out with no vCPU running")
  void aPartCanBePunchedOutWithNoVcpuRunning() {
    List<FakeFolio> folios = td.largeAccepted();

    td.platform.zapPrivate(ONE);
    td.platform.reclaim(folios.get(88));

    assertEquals(EntryState.NL_MAPPED, td.stateOf(Td.LARGE));
    assertEquals(List.of(), td.host.bugs());
  }

  @Test
  @DisplayName("edge 33: 2 MiB inside 1 GiB go with one removal and no split")
  void a2MPartOf1GGoesWithOneRemoval() {
    td.largeAccepted();
    int kicksBefore = td.host.kicks();

    td.platform.zapPrivate(Td.FIRST_2M);

    assertEquals(EntryState.FREE, td.stateOf(Td.LARGE));
    assertEquals(EntryState.NL_MAPPED, td.stateOf(new SeptPosition(PageSize.GIB_1, new Gfn(0))));
    assertEquals(1, td.host.kicks() - kicksBefore);
  }

  @Test
  @DisplayName("edge 34: a page that came back keeps its neighbourhood from being merged")
  void aPageThatCameBackKeepsItsNeighbourhoodFromBeingMerged() {
    List<FakeFolio> folios = td.largeAccepted();
    td.platform.zapPrivate(ONE);
    td.platform.makePrivate(new Gfn(600), folios.get(88));
    assertEquals(EntryState.PENDING, td.stateOf(Td.small(600)));

    td.blockAndTrack(Td.LARGE);
    assertEquals(
        TdxStatus.EPT_INVALID_PROMOTE_CONDITIONS.about(Operand.RCX),
        td.firmware.tables().promote(Td.LARGE));

    td.firmware.ranges().unblock(Td.LARGE);
    td.accept(600, PageSize.KIB_4);
    td.blockAndTrack(Td.LARGE);
    assertEquals(TdxStatus.SUCCESS, td.firmware.tables().promote(Td.LARGE));
    assertEquals(EntryState.MAPPED, td.stateOf(Td.LARGE));
  }

  @Test
  @DisplayName("edge 46: interruptions without end are bounded and the guest gets its page back")
  void interruptionsWithoutEndAreBounded() {
    td.largeAccepted();
    td.host.fail(SeptFaults.PAGE_DEMOTE_INTERRUPTED, 1000);

    assertEquals(LeafSplit.Outcome.INTERRUPTED, splitting.split(Td.LARGE));

    assertEquals(EntryState.MAPPED, td.stateOf(Td.LARGE));
    assertEquals(List.of(), td.host.bugs());
  }

  @Test
  @DisplayName("edge 46: between two interruptions the page is blocked")
  void betweenTwoInterruptionsThePageIsBlocked() {
    td.largeAccepted();
    td.blockAndTrack(Td.LARGE);
    td.host.fail(SeptFaults.PAGE_DEMOTE_INTERRUPTED, 1);

    assertEquals(TdxStatus.INTERRUPTED_RESTARTABLE, td.firmware.tables().demote(Td.LARGE));
    assertEquals(EntryState.BLOCKED, td.stateOf(Td.LARGE));
    assertEquals(TdxStatus.SUCCESS, td.firmware.tables().demote(Td.LARGE));
  }

  @Test
  @DisplayName("edge 47: the parts of a split pending page are pending, and small")
  void thePartsOfASplitPendingPageArePending() {
    td.largePending();

    assertEquals(LeafSplit.Outcome.SPLIT, splitting.split(Td.LARGE));

    assertEquals(EntryState.PENDING, td.stateOf(Td.small(512)));
    assertEquals(EntryState.PENDING, td.stateOf(Td.small(1023)));
    assertEquals(new AcceptOutcome.Finished(TdxStatus.SUCCESS), td.accept(700, PageSize.KIB_4));
    assertEquals(
        new AcceptOutcome.Finished(TdxStatus.PAGE_SIZE_MISMATCH.at(PageSize.MIB_2)),
        td.accept(512, PageSize.MIB_2));
  }

  @Test
  void aSplitThatMeetsALockTwiceBreaksTheVm() {
    td.largeAccepted();
    td.host.fail(SeptFaults.PAGE_DEMOTE_BUSY, 2);

    assertEquals(LeafSplit.Outcome.BROKEN, splitting.split(Td.LARGE));
    assertEquals(1, td.host.bugs().size());
  }

  @Test
  void splittingNeedsABlockAndTracking() {
    td.largeAccepted();
    TableCalls tables = td.firmware.tables();

    assertEquals(TdxStatus.GPA_RANGE_NOT_BLOCKED.about(Operand.RCX), tables.demote(Td.LARGE));
    td.firmware.ranges().block(Td.LARGE);
    assertEquals(TdxStatus.TLB_TRACKING_NOT_DONE.about(Operand.RCX), tables.demote(Td.LARGE));
  }

  @Test
  @DisplayName("tdh_mem_page_aug.c: walk, entry and pages are looked at in this order")
  void aLargePageNeedsContiguousAndAlignedPages() {
    FolioRun unaligned = Td.runOf(FakeFolio.run(1025, 512));
    PageCalls pages = td.firmware.pages();

    assertEquals(TdxStatus.EPT_WALK_FAILED.about(Operand.RCX), pages.aug(Td.LARGE, unaligned));
    td.firmware.tables().add(new SeptPosition(PageSize.GIB_1, new Gfn(0)));
    assertEquals(TdxStatus.OPERAND_INVALID.about(Operand.R8), pages.aug(Td.LARGE, unaligned));
    assertEquals(EntryState.FREE, td.stateOf(Td.LARGE));

    FolioRun aligned = Td.runOf(FakeFolio.run(1024, 512));
    assertEquals(TdxStatus.SUCCESS, pages.aug(Td.LARGE, aligned));
    TdxStatus notFree = TdxStatus.EPT_ENTRY_STATE_INCORRECT.about(Operand.RCX);
    assertEquals(notFree, pages.aug(Td.LARGE, unaligned));
  }

  @Test
  @DisplayName("tdh_mem_page_promote.c: an interrupt is looked for behind the 512 entries")
  void promotingLooksForInterruptsLast() {
    td.largeAccepted();
    td.platform.zapPrivate(ONE);
    td.blockAndTrack(Td.LARGE);
    td.host.fail(SeptFaults.PAGE_PROMOTE_INTERRUPTED, 1);

    assertEquals(
        TdxStatus.EPT_INVALID_PROMOTE_CONDITIONS.about(Operand.RCX),
        td.firmware.tables().promote(Td.LARGE));
  }

  @Test
  void nothingIsAddedAt1G() {
    assertEquals(
        TdxStatus.OPERAND_INVALID.about(Operand.RCX),
        td.firmware
            .pages()
            .aug(new SeptPosition(PageSize.GIB_1, new Gfn(0)), FolioRun.of(new FakeFolio(0))));
  }

  private static final TdxStatus WRONG_STATE =
      TdxStatus.EPT_ENTRY_STATE_INCORRECT.about(Operand.RCX);
  private static final TdxStatus NO_PROMOTION =
      TdxStatus.EPT_INVALID_PROMOTE_CONDITIONS.about(Operand.RCX);

  @Test
  void thereAreNoTablesBelowTheSmallestPages() {
    td.largeAccepted();
    TableCalls tables = td.firmware.tables();
    TdxStatus refused = TdxStatus.OPERAND_INVALID.about(Operand.RCX);

    assertEquals(refused, tables.add(Td.small(512)));
    assertEquals(refused, tables.demote(Td.small(512)));
    assertEquals(refused, tables.promote(Td.small(512)));
  }

  @Test
  @DisplayName("tdh_mem_sept_add.c, tdh_mem_page_demote.c, tdh_mem_page_promote.c: the entry")
  void aTableHangsAtAFreeEntryALeafIsSplitAndATableMerged() {
    TableCalls tables = td.firmware.tables();
    SeptPosition gigabyte = new SeptPosition(PageSize.GIB_1, new Gfn(0));

    assertEquals(TdxStatus.SUCCESS, tables.add(gigabyte));
    assertEquals(WRONG_STATE, tables.add(gigabyte));
    assertEquals(WRONG_STATE, tables.demote(Td.LARGE));
    td.largeAccepted();
    assertEquals(WRONG_STATE, tables.promote(Td.LARGE));
    assertEquals(EntryState.MAPPED, td.stateOf(Td.LARGE));
  }

  @Test
  void anEmptyTableIsNotPromoted() {
    TableCalls tables = td.firmware.tables();
    tables.add(new SeptPosition(PageSize.GIB_1, new Gfn(0)));
    tables.add(Td.LARGE);
    td.blockAndTrack(Td.LARGE);

    assertEquals(NO_PROMOTION, tables.promote(Td.LARGE));
  }

  @Test
  void promotingNeedsABlockAndCanBeInterruptedAndRestarted() {
    List<FakeFolio> folios = td.largeAccepted();
    TableCalls tables = td.firmware.tables();
    splitting.split(Td.LARGE);
    assertEquals(Optional.of(Td.small(515)), td.firmware.state().ownerOf(folios.get(3)));

    assertEquals(TdxStatus.GPA_RANGE_NOT_BLOCKED.about(Operand.RCX), tables.promote(Td.LARGE));
    td.blockAndTrack(Td.LARGE);
    td.host.fail(SeptFaults.PAGE_PROMOTE_INTERRUPTED, 1);
    assertEquals(TdxStatus.INTERRUPTED_RESTARTABLE, tables.promote(Td.LARGE));
    assertEquals(TdxStatus.SUCCESS, tables.promote(Td.LARGE));

    assertEquals(EntryState.MAPPED, td.stateOf(Td.LARGE));
    assertEquals(EntryState.FREE, td.stateOf(Td.small(515)));
    assertEquals(Optional.of(Td.LARGE), td.firmware.state().ownerOf(folios.get(3)));
  }
}
