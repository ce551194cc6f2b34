package io.github.gmem4j.policy.pkvm.el2;

import static io.github.gmem4j.policy.pkvm.el2.TestHost.FRAME;
import static io.github.gmem4j.policy.pkvm.el2.TestHost.OTHER_FRAME;
import static io.github.gmem4j.policy.pkvm.el2.TestHost.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.policy.pkvm.hvc.Hvc;
import io.github.gmem4j.policy.pkvm.hvc.HvcResult;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The host kernel touches what it may not. */
final class ForcedReclaimTest {
  private final TestHost host = TestHost.mainline();

  @Test
  void n33_aStaleReferenceZeroesThePageAndPoisonsTheFrame() {
    TestFolio page = host.sharedAt(FRAME);
    page.fillWith(0x5a);
    // EL2 knows of no references, so this succeeds while the host kernel still holds one.
    host.assertAnswers(HvcResult.SUCCESS, Hvc.unshare(FRAME.gpa()));

    assertEquals(Transition.DONE, host.hypervisor.forceReclaim(page));

    assertTrue(page.isZero());
    assertEquals(PageState.OWNED, host.hypervisor.hostState(page));
    assertEquals(PageState.POISON, host.guestState(FRAME));
    assertEquals(Optional.empty(), host.hypervisor.folioAt(host.vm, FRAME));
    assertEquals(Optional.empty(), host.hypervisor.owner(page));
    host.assertAnswers(HvcResult.INVALID_PARAMETER, Hvc.share(FRAME.gpa()));
    host.assertAnswers(HvcResult.INVALID_PARAMETER, Hvc.unshare(FRAME.gpa()));
  }

  @Test
  void n34_ofASharedPageItSaysTryAgainAndLeavesTheBytes() {
    TestFolio page = host.sharedAt(FRAME);
    byte[] before = page.bytes();

    assertRefused(Errno.EAGAIN, host.hypervisor.forceReclaim(page));

    assertArrayEquals(before, page.bytes());
    assertEquals(PageState.SHARED_OWNED, host.guestState(FRAME));
  }

  @Test
  void n36_aPoisonedFrameTakesNoPageEverAgainButThePageIsGoodElsewhere() {
    TestFolio page = host.poisonedAt(FRAME);

    assertRefused(Errno.EPERM, host.hypervisor.hostDonateGuest(host.vm, host.page(), FRAME));
    assertRefused(Errno.EPERM, host.hypervisor.hostDonateGuest(host.vm, page, FRAME));
    assertEquals(PageState.POISON, host.guestState(FRAME));

    assertEquals(Transition.DONE, host.hypervisor.hostDonateGuest(host.vm, page, OTHER_FRAME));
    VmHandle another = host.create(VmKind.PROTECTED);
    TestFolio second = host.poisonedAt(TestHost.frame(2));
    assertEquals(Transition.DONE, host.hypervisor.hostDonateGuest(another, second, FRAME));
  }

  @Test
  void ofAPageThatNobodyTookItSaysTryAgain() {
    assertRefused(Errno.EAGAIN, host.hypervisor.forceReclaim(host.page()));
  }

  @Test
  void ofAPageOfTheHypervisorItIsRefused() {
    TestFolio page = host.page();
    host.hypervisor.hostDonateHyp(page);

    assertRefused(Errno.EPERM, host.hypervisor.forceReclaim(page));
  }

  // __pkvm_host_force_reclaim_page_guest in nvhe/mem_protect.c finds the VM by its handle alone.
  @Test
  void whileTheVmIsGoingThePageIsTakenToo() {
    TestFolio page = host.privateAt(FRAME);
    host.ends(host.vm);

    assertEquals(Transition.DONE, host.hypervisor.forceReclaim(page));

    assertTrue(page.isZero());
    assertEquals(PageState.POISON, host.guestState(FRAME));
    assertEquals(Transition.DONE, host.hypervisor.reclaimDying(host.vm, FRAME));
  }

  @Test
  void whenTheVmWentWithoutReclaimItSaysTryAgain() {
    TestFolio page = host.privateAt(FRAME);
    host.ends(host.vm);
    host.hypervisor.finalizeTeardown(host.vm);

    assertRefused(Errno.EAGAIN, host.hypervisor.forceReclaim(page));
  }

  // get_valid_guest_pte in nvhe/mem_protect.c, asked about the new VM.
  @Test
  void aPageThatAFormerVmOfTheSameHandleLostIsNotTheNewOnes() {
    TestFolio lost = host.privateAt(FRAME);
    host.ends(host.vm);
    host.hypervisor.finalizeTeardown(host.vm);
    assertEquals(host.vm, host.create(VmKind.PROTECTED));
    assertRefused(Errno.ENOENT, host.hypervisor.forceReclaim(lost));
    host.privateAt(FRAME);

    assertRefused(Errno.EPERM, host.hypervisor.forceReclaim(lost));
    assertEquals(PageState.OWNED, host.guestState(FRAME));
    host.hypervisor.forceReclaim(host.hypervisor.folioAt(host.vm, FRAME).orElseThrow());
    assertRefused(Errno.EHWPOISON, host.hypervisor.forceReclaim(lost));
  }

  @Test
  void aFreedPrivatePageIsZeroedAndTheFrameIsEmptyAgain() {
    TestFolio page = host.privateAt(FRAME);

    host.hypervisor.reclaimFreed(page);

    assertTrue(page.isZero());
    assertEquals(PageState.OWNED, host.hypervisor.hostState(page));
    assertEquals(PageState.NOPAGE, host.guestState(FRAME));
  }

  @Test
  void aFreedSharedPageKeepsItsBytes() {
    TestFolio page = host.sharedAt(FRAME);
    byte[] before = page.bytes();

    host.hypervisor.reclaimFreed(page);

    assertArrayEquals(before, page.bytes());
    assertEquals(PageState.OWNED, host.hypervisor.hostState(page));
    assertEquals(PageState.NOPAGE, host.guestState(FRAME));
  }
}
