package io.github.gmem4j.policy.tdx.sept;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.policy.Execution;
import io.github.gmem4j.policy.tdx.tdcall.PageSize;
import io.github.gmem4j.policy.tdx.tdcall.TdCall;
import io.github.gmem4j.policy.tdx.tdcall.TdCallResult;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus.Operand;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class AcceptTest {
  private final Td td = new Td();

  private static AcceptOutcome finished(TdxStatus status) {
    return new AcceptOutcome.Finished(status);
  }

  private Execution execute(long gfn, PageSize size) {
    return td.platform.execute(new TdCall.AcceptPage(Td.gpa(gfn), size));
  }

  private static Execution executed(TdxStatus status) {
    return new Execution.Finished(new TdCallResult(status));
  }

  @Test
  void acceptingZeroesAndMaps() {
    FakeFolio page = td.pending(3);
    assertEquals(FakeFolio.UNTOUCHED, page.content());

    assertEquals(finished(TdxStatus.SUCCESS), td.accept(3, PageSize.KIB_4));

    assertEquals(FakeFolio.ZEROED, page.content());
    assertEquals(EntryState.MAPPED, td.stateOf(Td.small(3)));
  }

  @Test
  @DisplayName("edge 27: a second accept is told so and leaves the content alone")
  void aSecondAcceptIsToldSo() {
    FakeFolio page = td.accepted(3);

    assertEquals(
        finished(TdxStatus.PAGE_ALREADY_ACCEPTED.at(PageSize.KIB_4)), td.accept(3, PageSize.KIB_4));
    assertEquals(1, page.zeroings());
  }

  @Test
  void a4KAcceptInsideAnAccepted2MIsToldSoWithTheLevel() {
    td.largeAccepted();

    assertEquals(
        finished(TdxStatus.PAGE_ALREADY_ACCEPTED.at(PageSize.MIB_2)),
        td.accept(600, PageSize.KIB_4));
  }

  @Test
  void anAcceptOfWhatIsNotThereNeedsThePage() {
    assertEquals(
        new AcceptOutcome.Left(new EptViolation(PageSize.KIB_4, PageSize.GIB_1, EntryState.FREE)),
        td.accept(3, PageSize.KIB_4));
    assertInstanceOf(Execution.NeedsPage.class, execute(3, PageSize.KIB_4));
  }

  @Test
  @DisplayName("edge 50: an accept at 1 GiB is an invalid operand")
  void anAcceptAtOneGibibyteIsAnInvalidOperand() {
    assertEquals(
        finished(TdxStatus.OPERAND_INVALID.about(Operand.RCX)), td.accept(0, PageSize.GIB_1));
  }

  @Test
  @DisplayName("edge 49: an accept at 2 MiB of what is mapped at 4 KiB is a size mismatch")
  void anAcceptAt2MOfSmallPagesIsASizeMismatch() {
    td.pending(512);
    AcceptOutcome mismatch = finished(TdxStatus.PAGE_SIZE_MISMATCH.at(PageSize.MIB_2));

    assertEquals(mismatch, td.accept(512, PageSize.MIB_2));

    // The same while the host keeps vCPUs from the table.
    td.blockAndTrack(Td.LARGE);
    assertEquals(EntryState.NL_BLOCKED, td.stateOf(Td.LARGE));
    assertEquals(mismatch, td.accept(512, PageSize.MIB_2));
    assertEquals(
        new AcceptOutcome.Left(
            new EptViolation(PageSize.KIB_4, PageSize.MIB_2, EntryState.NL_BLOCKED)),
        td.accept(512, PageSize.KIB_4));
  }

  @Test
  @DisplayName("helpers.c, check_gpa_validity: only a private address of the TD can be accepted")
  void onlyAPrivateAddressCanBeAccepted() {
    Execution invalid = executed(TdxStatus.OPERAND_INVALID.about(Operand.RCX));
    long shared = 1L << (47 - 12);
    long beyondGpaw = 1L << (48 - 12);
    long beyondMaxPhyAddr = 1L << (46 - 12);

    assertEquals(invalid, execute(shared | 3, PageSize.KIB_4));
    assertEquals(invalid, execute(beyondGpaw | 3, PageSize.KIB_4));
    assertEquals(invalid, execute(beyondMaxPhyAddr, PageSize.KIB_4));
    assertInstanceOf(Execution.NeedsPage.class, execute(beyondMaxPhyAddr - 1, PageSize.KIB_4));
  }

  @Test
  @DisplayName("tdg_mem_page_accept.c: a walk that ends early has its verdict before any lock")
  void aWalkThatEndsEarlyMeetsNoLock() {
    td.largeAccepted();
    td.host.fail(SeptFaults.PAGE_ACCEPT_BUSY, 1);
    TdxStatus busy = TdxStatus.OPERAND_BUSY.about(Operand.RCX);

    assertEquals(
        finished(TdxStatus.PAGE_ALREADY_ACCEPTED.at(PageSize.MIB_2)),
        td.accept(600, PageSize.KIB_4));
    assertInstanceOf(AcceptOutcome.Left.class, td.accept(0, PageSize.KIB_4));

    assertEquals(finished(busy), td.accept(512, PageSize.MIB_2));
  }

  @Test
  @DisplayName("edge 48: an accept at 4 KiB of a pending 2 MiB page leaves, every time")
  void anAcceptAt4KOfALargePendingPageLeavesEveryTime() {
    td.largePending();
    EptViolation violation = new EptViolation(PageSize.KIB_4, PageSize.MIB_2, EntryState.PENDING);

    // A host that only resumes the guest never gets any further: this is what a livelock is.
    for (int i = 0; i < 100; i++) {
      assertEquals(new AcceptOutcome.Left(violation), td.accept(600, PageSize.KIB_4));
    }
    assertEquals(1L | (1L << 35) | (2L << 38) | (1L << 46), violation.qualification());
  }

  @Test
  @DisplayName("edge 48: the host splits the page and the accept succeeds")
  void theHostSplitsThePageAndTheAcceptSucceeds() {
    td.largePending();

    assertEquals(executed(TdxStatus.SUCCESS), execute(600, PageSize.KIB_4));

    assertEquals(EntryState.MAPPED, td.stateOf(Td.small(600)));
    assertEquals(EntryState.PENDING, td.stateOf(Td.small(601)));
    assertEquals(List.of(), td.host.bugs());
  }

  @Test
  @DisplayName("edge 45: a block throws a half-done accept away; it starts over and succeeds")
  void aBlockThrowsAHalfDoneAcceptAway() {
    List<FakeFolio> folios = td.largePending();
    td.host.fail(SeptFaults.PAGE_ACCEPT_INTERRUPTED, 1);
    assertEquals(new AcceptOutcome.Interrupted(), td.accept(512, PageSize.MIB_2));

    td.blockAndTrack(Td.LARGE);
    td.firmware.ranges().unblock(Td.LARGE);

    assertEquals(finished(TdxStatus.SUCCESS), td.accept(512, PageSize.MIB_2));
    assertEquals(2, folios.get(0).zeroings());
    assertEquals(1, folios.get(1).zeroings());
  }

  @Test
  void anInterruptedAcceptGoesOnWhereItWas() {
    List<FakeFolio> folios = td.largePending();
    td.host.fail(SeptFaults.PAGE_ACCEPT_INTERRUPTED, 100);

    assertEquals(executed(TdxStatus.SUCCESS), execute(512, PageSize.MIB_2));

    assertTrue(folios.stream().allMatch(folio -> folio.zeroings() == 1));
  }

  @Test
  @DisplayName("tdx_td_dispatcher.c, td_call: that the host comes first is plain BUSY to a guest")
  void aGuestIsTurnedAwayAfterTheHostMetALock() {
    td.pending(3);
    td.host.fail(SeptFaults.RANGE_BLOCK_BUSY, 1);
    td.firmware.ranges().block(Td.small(3));

    assertEquals(finished(TdxStatus.OPERAND_BUSY.about(Operand.RCX)), td.accept(3, PageSize.KIB_4));

    td.blockAndTrack(Td.small(3));
    td.firmware.ranges().unblock(Td.small(3));
    assertEquals(finished(TdxStatus.SUCCESS), td.accept(3, PageSize.KIB_4));
  }

  @Test
  @DisplayName("tdg_mem_page_accept.c: BUSY is about RCX")
  void aGuestMeetsTheHostsLock() {
    td.pending(3);
    td.host.fail(SeptFaults.PAGE_ACCEPT_BUSY, 1);

    assertEquals(executed(TdxStatus.OPERAND_BUSY.about(Operand.RCX)), execute(3, PageSize.KIB_4));
  }

  @Test
  void aForeignInstructionIsAnInvalidOpcode() {
    record Foreign() implements io.github.gmem4j.api.guest.PlatformInstruction {}

    assertInstanceOf(Execution.Excepted.class, td.platform.execute(new Foreign()));
  }
}
