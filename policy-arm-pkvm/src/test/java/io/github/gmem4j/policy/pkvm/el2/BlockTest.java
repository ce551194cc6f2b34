package io.github.gmem4j.policy.pkvm.el2;

import static io.github.gmem4j.policy.pkvm.el2.TestHost.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.policy.pkvm.hvc.Hvc;
import io.github.gmem4j.policy.pkvm.hvc.HvcResult;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
  void n42_mainlineRefusesAChangeInsideABlock() {
    // No protected VM gets a block; what get_valid_guest_pte says is seen on one that is lent.
    VmHandle ordinary = mainline.create(VmKind.NORMAL);
    mainline.hypervisor.hostShareGuest(ordinary, TestFolio.run(0x1000, BLOCK), FIRST);
    List<String> before = mainline.everything();

    assertRefused(Errno.E2BIG, mainline.hypervisor.guestShareHost(ordinary, INSIDE));
    assertRefused(Errno.E2BIG, mainline.hypervisor.guestUnshareHost(ordinary, INSIDE));

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

  // __guest_check_transition_size and pfn_range_is_valid in nvhe/mem_protect.c.
  @ParameterizedTest
  @ValueSource(longs = {-1, 0, 4503599627370497L, 2, 513})
  void n44_sizesThatAreNoLeafsAreInvalidBeforeAnyStateIsRead(long pages) {
    assertRefused(Errno.EINVAL, LeafSize.check(0, 0x90000, pages));
  }

  @ParameterizedTest
  @CsvSource({"-1, 1", "-512, 512", "0xfffffffffff, 1", "0x10000000000, 1", "0, -1"})
  void n44_physicalFramesThatOverflowCannotExist(String pfn, long pages) {
    assertFalse(LeafSize.areFrames(Long.decode(pfn), pages));
    assertTrue(LeafSize.areFrames((1L << 40) - 512, 512));
  }

  @ParameterizedTest
  @CsvSource({"-1, 1", "0x10000000, 1", "-512, 512", "0xffffe01, 512"})
  void n44_framesBeyondTheGuestsAddressesAreOutOfRange(String gfn, long pages) {
    HypervisorConfig config = mainline.hypervisor.config();

    assertRefused(Errno.ERANGE, config.reaches(Long.decode(gfn), pages));
    assertEquals(Transition.DONE, config.reaches(0xfffffff, 1));
  }

  @Test
  void n44_theCountOfAnUnshareIsCheckedBeforeAnyStateIsRead() {
    VmHandle ordinary = mainline.create(VmKind.NORMAL);
    assertRefused(Errno.EINVAL, mainline.hypervisor.hostUnshareGuest(ordinary, FIRST, 1L << 52));
    assertRefused(Errno.EINVAL, mainline.hypervisor.hostUnshareGuest(ordinary, FIRST, -1));
    assertRefused(Errno.EINVAL, mainline.hypervisor.hostUnshareGuest(ordinary, INSIDE, 512));
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
