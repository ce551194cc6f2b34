package io.github.gmem4j.policy.tdx.sept;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.policy.Granting;
import io.github.gmem4j.api.policy.PrivateAccess;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.policy.tdx.tdcall.PageSize;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus.Operand;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class LaunchTest {
  private final FakeHost host = new FakeHost();
  private final SeptPlatform platform =
      new SeptPlatform(
          host, Td.ADDRESSES, PendingAccess.TD_EXIT, PageReset.NONE, DeviceAssignment.NONE);
  private final FakeFolio page = new FakeFolio(3);

  private Granting populate(Optional<byte[]> source) {
    return platform.populate(new Gfn(3), page, source);
  }

  @Test
  @DisplayName("edge 37: without a source the page itself is the image, and needs no accept")
  void withoutASourceThePageItselfIsTheImage() {
    assertEquals(Granting.GRANTED, populate(Optional.empty()));

    assertEquals(FakeFolio.UNTOUCHED, page.content());
    assertEquals(PrivateAccess.REACHED, platform.access(new Gfn(3)));
  }

  @Test
  void aSourceIsCopiedIn() {
    assertEquals(Granting.GRANTED, populate(Optional.of(new byte[4096])));

    assertEquals(FakeFolio.FILLED, page.content());
  }

  @Test
  @DisplayName("edge 37: once the TD is finalized nothing can be added")
  void onceTheTdIsFinalizedNothingCanBeAdded() {
    platform.finalizeLaunch();

    assertInstanceOf(Granting.Denied.class, populate(Optional.empty()));
    assertTrue(
        platform
            .firmware()
            .pages()
            .add(Td.small(3), page, Optional.empty())
            .is(TdxStatus.OP_STATE_INCORRECT));
    assertEquals(List.of(), host.bugs());
  }

  @Test
  @DisplayName("edge 38: a page is added once, and the first content stays")
  void aPageIsAddedOnce() {
    populate(Optional.empty());

    assertInstanceOf(Granting.Denied.class, populate(Optional.of(new byte[4096])));

    assertEquals(FakeFolio.UNTOUCHED, page.content());
    assertEquals(List.of(), host.bugs());
  }

  @Test
  void aLockIsMetAndThePageTriedAgain() {
    host.fail(SeptFaults.PAGE_ADD_BUSY, 1);

    assertEquals(Granting.BUSY, populate(Optional.empty()));
    assertEquals(Granting.GRANTED, populate(Optional.empty()));
  }

  @Test
  @DisplayName("tdh_mem_page_add.c: the TD's root page is locked first, and no entry is marked")
  void addingLocksTheRootPageFirst() {
    TableCalls tables = platform.firmware().tables();
    tables.add(new SeptPosition(PageSize.GIB_1, new Gfn(0)));
    tables.add(new SeptPosition(PageSize.MIB_2, new Gfn(0)));
    PageCalls pages = platform.firmware().pages();
    TdxStatus rootPageBusy = TdxStatus.OPERAND_BUSY.about(Operand.RDX);

    host.fail(SeptFaults.PAGE_ADD_BUSY, 1);
    assertEquals(rootPageBusy, pages.add(Td.small(3), page, Optional.empty()));
    assertEquals(TdxStatus.SUCCESS, pages.add(Td.small(3), page, Optional.empty()));

    platform.finalizeLaunch();
    host.fail(SeptFaults.PAGE_ADD_BUSY, 1);
    assertEquals(rootPageBusy, pages.add(Td.small(3), page, Optional.empty()));
  }

  @Test
  void beforeTheTdIsFinalizedNoTlbIsTracked() {
    populate(Optional.empty());
    host.connect(platform);
    host.enter(0);

    platform.zapPrivate(GfnRange.of(3, 1));

    assertEquals(0, host.kicks());
    assertEquals(List.of(), host.bugs());
  }

  @Test
  @DisplayName("tdh_mem_page_add.c: size, then the walk, then the entry")
  void theImageTakesSmallPagesAtFreeEntriesThatHaveATable() {
    PageCalls pages = platform.firmware().pages();

    assertEquals(
        TdxStatus.OPERAND_INVALID.about(Operand.RCX), pages.add(Td.LARGE, page, Optional.empty()));
    assertEquals(
        TdxStatus.EPT_WALK_FAILED.about(Operand.RCX),
        pages.add(Td.small(3), page, Optional.empty()));
    assertEquals(Granting.GRANTED, populate(Optional.empty()));
    assertEquals(
        TdxStatus.EPT_ENTRY_STATE_INCORRECT.about(Operand.RCX),
        pages.add(Td.small(3), new FakeFolio(4), Optional.of(new byte[4096])));
  }
}
