package io.github.gmem4j.policy.pkvm.el2;

import static io.github.gmem4j.policy.pkvm.el2.TestHost.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.policy.pkvm.hvc.Hvc;
import io.github.gmem4j.policy.pkvm.hvc.HvcResult;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BlockTest {
  private static final int BLOCK = 512;
  private static final Gfn FIRST = new Gfn(0x9_0000);
  private static final Gfn INSIDE = new Gfn(0x9_0007);

  private final TestHost mainline = TestHost.mainline();
  private final TestHost android = TestHost.android();

  @Test
  void n42_mainlineMapsProtectedVmsPageByPageSoThatACallNeverMeetsABlock() {
    assertRefused(
        Errno.EINVAL,
        mainline.hypervisor.hostDonateGuest(mainline.vm, TestFolio.run(0x1000, BLOCK), FIRST));
  }

  @Test
  void n42_mainlineRefusesACallInsideABlock() {
    // No protected VM gets a block; what the code does is seen on one that is lent.
    mainline.hypervisor.hostShareGuest(mainline.vm, TestFolio.run(0x1000, BLOCK), FIRST);
    List<String> before = mainline.everything();

    assertRefused(Errno.E2BIG, mainline.hypervisor.guestShareHost(mainline.vm, INSIDE));
    mainline.assertAnswers(HvcResult.INVALID_PARAMETER, Hvc.share(INSIDE.gpa()));
    mainline.assertAnswers(HvcResult.INVALID_PARAMETER, Hvc.unshare(INSIDE.gpa()));

    assertEquals(before, mainline.everything());
  }

  @Test
  void n42_androidAsksForASplitAndThenOnlyTheOneGranuleChanges() {
    FolioRun block = TestFolio.run(0x1000, BLOCK);
    assertEquals(Transition.DONE, android.hypervisor.hostDonateGuest(android.vm, block, FIRST));
    assertEquals(new HvcOutcome.NeedsSplit(INSIDE), android.call(Hvc.share(INSIDE.gpa())));
    assertEquals(PageState.OWNED, android.guestState(INSIDE));

    android.hypervisor.hostSplitGuest(android.vm, INSIDE);

    android.assertAnswers(HvcResult.successOf(1), Hvc.share(INSIDE.gpa()));
    long shared =
        android.hypervisor.frames(android.vm).stream()
            .filter(gfn -> android.guestState(gfn) == PageState.SHARED_OWNED)
            .count();
    assertEquals(1, shared);
    assertEquals(BLOCK, android.hypervisor.frames(android.vm).size());
  }

  @ParameterizedTest
  @CsvSource({"0x1001, 0x90000, 512", "0x1000, 0x90001, 512", "0x1000, 0x90000, 511"})
  void n43_aBlockThatIsNotAlignedOnBothSidesOrNotWholeIsInvalid(String pfn, String gfn, int pages) {
    FolioRun run = TestFolio.run(Long.decode(pfn), pages);
    Gfn first = new Gfn(Long.decode(gfn));

    assertRefused(Errno.EINVAL, android.hypervisor.hostDonateGuest(android.vm, run, first));
    VmHandle ordinary = mainline.create(VmKind.NORMAL);
    assertRefused(Errno.EINVAL, mainline.hypervisor.hostShareGuest(ordinary, run, first));
    assertEquals(List.of(), android.hypervisor.frames(android.vm));
    assertEquals(List.of(), mainline.hypervisor.frames(ordinary));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0x90000, -1",
    "0, 0x90000, 0",
    "0, 0x90000, 4503599627370497",
    "-1, 0x90000, 1",
    "-512, 0x90000, 512",
    "0xfffffffffff, 0x90000, 1",
    "0, -1, 1",
    "0, 0x10000000, 1",
    "0, -512, 512"
  })
  void n44_sizesThatOverflowAreInvalidBeforeAnyStateIsRead(String pfn, String gfn, long pages) {
    Transition checked = LeafSize.check(Long.decode(pfn), Long.decode(gfn), pages, 1L << (40 - 12));

    assertRefused(Errno.EINVAL, checked);
  }

  @Test
  void n44_theCountOfAnUnshareIsCheckedBeforeAnyStateIsRead() {
    assertRefused(Errno.EINVAL, mainline.hypervisor.hostUnshareGuest(mainline.vm, FIRST, 1L << 52));
    assertRefused(Errno.EINVAL, mainline.hypervisor.hostUnshareGuest(mainline.vm, FIRST, -1));
    assertRefused(Errno.EINVAL, mainline.hypervisor.hostUnshareGuest(mainline.vm, INSIDE, 512));
  }

  @Test
  void aBlockIsTakenBackAsABlockOnly() {
    VmHandle ordinary = mainline.create(VmKind.NORMAL);
    FolioRun block = TestFolio.run(0x1000, BLOCK);
    assertEquals(Transition.DONE, mainline.hypervisor.hostShareGuest(ordinary, block, FIRST));

    assertRefused(Errno.E2BIG, mainline.hypervisor.hostUnshareGuest(ordinary, INSIDE));
    assertEquals(Transition.DONE, mainline.hypervisor.hostUnshareGuest(ordinary, FIRST, BLOCK));

    assertTrue(
        block.folios().stream()
            .allMatch(page -> mainline.hypervisor.hostState(page) == PageState.OWNED));
  }

  @Test
  void aBlockWithOnePageThatIsNotTheHostsIsRefusedWhole() {
    FolioRun block = TestFolio.run(0x1000, BLOCK);
    android.hypervisor.hostShareHyp(block.folios().get(BLOCK - 1));

    assertRefused(Errno.EPERM, android.hypervisor.hostDonateGuest(android.vm, block, FIRST));
    VmHandle ordinary = android.create(VmKind.NORMAL);
    assertRefused(Errno.EPERM, android.hypervisor.hostShareGuest(ordinary, block, FIRST));

    assertEquals(List.of(), android.hypervisor.frames(android.vm));
    assertEquals(List.of(), android.hypervisor.frames(ordinary));
  }

  @Test
  void forceOnOnePageOfABlockPoisonsItsFrameOnly() {
    FolioRun block = TestFolio.run(0x1000, BLOCK);
    android.hypervisor.hostDonateGuest(android.vm, block, FIRST);

    assertEquals(Transition.DONE, android.hypervisor.forceReclaim(block.folios().get(7)));

    assertEquals(PageState.POISON, android.guestState(INSIDE));
    assertEquals(PageState.OWNED, android.guestState(FIRST));
    android.assertAnswers(HvcResult.successOf(1), Hvc.share(FIRST.gpa()));
  }
}
