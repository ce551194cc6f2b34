package io.github.gmem4j.policy.pkvm.el2;

import static io.github.gmem4j.policy.pkvm.el2.TestHost.FRAME;
import static io.github.gmem4j.policy.pkvm.el2.TestHost.frame;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.policy.pkvm.hvc.FunctionId;
import io.github.gmem4j.policy.pkvm.hvc.Hvc;
import io.github.gmem4j.policy.pkvm.hvc.HvcResult;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Calls on ranges and relinquishing. The number in a name is the edge case's. */
final class AndroidCallsTest {
  private static final Gpa PAGE = FRAME.gpa();

  private final TestHost host = TestHost.android();

  @Test
  void n6_noNumberOfGranulesMeansOne() {
    donate(0, TestFolio.run(0x1000, 2));

    host.assertAnswers(HvcResult.successOf(1), Hvc.share(PAGE, 0));

    assertEquals(PageState.OWNED, host.guestState(frame(1)));
  }

  @Test
  void n7_aRangeEndsEarlyWherePagesDoNotFollowOnEachOther() {
    donate(0, TestFolio.run(0x1000, 3));
    donate(3, TestFolio.run(0x2000, 5));

    host.assertAnswers(HvcResult.successOf(3), Hvc.share(PAGE, 8));
    host.assertAnswers(HvcResult.successOf(5), Hvc.share(frame(3).gpa(), 5));

    host.assertAnswers(HvcResult.successOf(3), Hvc.unshare(PAGE, 8));
    assertEquals(PageState.OWNED, host.guestState(frame(2)));
    assertEquals(PageState.SHARED_OWNED, host.guestState(frame(3)));
  }

  @Test
  void n7_aRangeEndsEarlyWhereAPageIsInAnotherStateAndFailsOnlyAtItsFirst() {
    donate(0, TestFolio.run(0x1000, 3));
    host.assertAnswers(HvcResult.successOf(1), Hvc.share(frame(1).gpa(), 1));

    host.assertAnswers(HvcResult.successOf(1), Hvc.share(PAGE, 3));
    host.assertAnswers(HvcResult.INVALID_PARAMETER, Hvc.share(frame(1).gpa(), 2));

    assertEquals(PageState.OWNED, host.guestState(frame(2)));
  }

  @Test
  void aRangeThatBeginsWhereNothingIsNeedsThatPage() {
    donate(1, TestFolio.run(0x1000, 1));

    assertEquals(new HvcOutcome.NeedsPage(FRAME), host.call(Hvc.share(PAGE, 2)));
    host.assertAnswers(HvcResult.INVALID_PARAMETER, Hvc.unshare(PAGE, 2));
  }

  @Test
  void aRangeThatLeavesTheGuestsAddressesOrOverflowsIsInvalid() {
    donate(0, TestFolio.run(0x1000, 1));

    host.assertAnswers(HvcResult.INVALID_PARAMETER, Hvc.share(PAGE, 1L << 28));
    host.assertAnswers(HvcResult.INVALID_PARAMETER, Hvc.share(PAGE, -1));
    host.assertAnswers(HvcResult.INVALID_PARAMETER, Hvc.share(PAGE, 1L << 52));
    host.assertAnswers(
        HvcResult.INVALID_PARAMETER, new Hvc(FunctionId.MEM_SHARE.register(), PAGE.value(), 1, 1));
    host.assertAnswers(HvcResult.successOf(1), Hvc.share(PAGE, (1L << 28) - FRAME.value()));
  }

  @Test
  void n37_relinquishingAPrivatePageZeroesItAndGivesItToTheHost() {
    TestFolio page = host.privateAt(FRAME);

    assertEquals(
        new HvcOutcome.Relinquished(page, HvcResult.SUCCESS), host.call(Hvc.relinquish(PAGE)));

    assertTrue(page.isZero());
    assertEquals(PageState.OWNED, host.hypervisor.hostState(page));
    assertEquals(PageState.NOPAGE, host.guestState(FRAME));
    assertEquals(new HvcOutcome.NeedsPage(FRAME), host.call(Hvc.share(PAGE)));
  }

  @Test
  void n37_relinquishingWhatIsNotThereSucceedsAsOftenAsOneLikes() {
    host.assertAnswers(HvcResult.SUCCESS, Hvc.relinquish(PAGE));
    host.privateAt(FRAME);
    host.call(Hvc.relinquish(PAGE));
    host.assertAnswers(HvcResult.SUCCESS, Hvc.relinquish(PAGE));
    host.assertAnswers(HvcResult.SUCCESS, Hvc.relinquish(PAGE));
  }

  @Test
  void n37_relinquishingASharedOrPoisonedPageIsInvalid() {
    TestFolio page = host.sharedAt(FRAME);
    byte[] before = page.bytes();
    host.poisonedAt(frame(1));

    host.assertAnswers(HvcResult.INVALID_PARAMETER, Hvc.relinquish(PAGE));
    host.assertAnswers(HvcResult.INVALID_PARAMETER, Hvc.relinquish(frame(1).gpa()));

    assertArrayEquals(before, page.bytes());
    assertEquals(PageState.SHARED_OWNED, host.guestState(FRAME));
  }

  @Test
  void relinquishingWithBadArgumentsIsInvalid() {
    host.privateAt(FRAME);
    long id = FunctionId.MEM_RELINQUISH.register();

    host.assertAnswers(HvcResult.INVALID_PARAMETER, new Hvc(id, PAGE.value() + 1, 0, 0));
    host.assertAnswers(HvcResult.INVALID_PARAMETER, new Hvc(id, PAGE.value(), 1, 0));
    host.assertAnswers(HvcResult.INVALID_PARAMETER, new Hvc(id, PAGE.value(), 0, 1));
    host.assertAnswers(HvcResult.INVALID_PARAMETER, new Hvc(id, 1L << 40, 0, 0));

    assertEquals(PageState.OWNED, host.guestState(FRAME));
  }

  @Test
  void relinquishingInsideABlockNeedsASplit() {
    host.hypervisor.hostDonateGuest(host.vm, TestFolio.run(0x1000, 512), FRAME);

    assertEquals(new HvcOutcome.NeedsSplit(frame(3)), host.call(Hvc.relinquish(frame(3).gpa())));
  }

  @Test
  void anOrdinaryVmRelinquishesWhatItBorrowedUnscrubbed() {
    VmHandle ordinary = host.create(VmKind.NORMAL);
    TestFolio page = host.page();
    byte[] before = page.bytes();
    host.hypervisor.hostShareGuest(ordinary, page, FRAME);

    assertEquals(
        new HvcOutcome.Relinquished(page, HvcResult.SUCCESS),
        host.hypervisor.call(ordinary, Hvc.relinquish(PAGE)));

    assertArrayEquals(before, page.bytes());
    assertEquals(PageState.OWNED, host.hypervisor.hostState(page));
  }

  @Test
  void featuresAndMemInfoTellOfRelinquishingAndRanges() {
    host.assertAnswers(HvcResult.ofValue(0x21d), Hvc.features());
    host.assertAnswers(new HvcResult(4096, 1, 0, 0), Hvc.memInfo());
  }

  private void donate(int from, FolioRun pages) {
    List<Folio> folios = pages.folios();
    for (int i = 0; i < folios.size(); i++) {
      assertEquals(
          Transition.DONE,
          host.hypervisor.hostDonateGuest(host.vm, folios.get(i), frame(from + i)));
    }
  }
}
