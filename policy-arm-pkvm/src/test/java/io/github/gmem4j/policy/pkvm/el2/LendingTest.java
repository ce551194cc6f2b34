package io.github.gmem4j.policy.pkvm.el2;

import static io.github.gmem4j.policy.pkvm.el2.TestHost.FRAME;
import static io.github.gmem4j.policy.pkvm.el2.TestHost.OTHER_FRAME;
import static io.github.gmem4j.policy.pkvm.el2.TestHost.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.policy.pkvm.hvc.HvcProfile;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The host lends pages to ordinary VMs, and shares some with the hypervisor. */
final class LendingTest {
  private final TestHost host = TestHost.mainline();
  private final Hypervisor hypervisor = host.hypervisor;
  private final VmHandle first = host.create(VmKind.NORMAL);
  private final VmHandle second = host.create(VmKind.NORMAL);

  @Test
  void lendingsAreCountedAndTheLastOneBackMakesThePageTheHostsAlone() {
    TestFolio page = host.page();
    assertEquals(Transition.DONE, hypervisor.hostShareGuest(first, page, FRAME));
    assertEquals(Transition.DONE, hypervisor.hostShareGuest(first, page, OTHER_FRAME));
    assertEquals(Transition.DONE, hypervisor.hostShareGuest(second, page, FRAME));
    assertEquals(PageState.SHARED_BORROWED, hypervisor.guestState(second, FRAME));

    assertEquals(Transition.DONE, hypervisor.hostUnshareGuest(first, FRAME));
    assertEquals(Transition.DONE, hypervisor.hostUnshareGuest(second, FRAME));
    assertEquals(PageState.SHARED_OWNED, hypervisor.hostState(page));
    assertEquals(Transition.DONE, hypervisor.hostUnshareGuest(first, OTHER_FRAME));

    assertEquals(PageState.OWNED, hypervisor.hostState(page));
    assertEquals(Transition.DONE, hypervisor.hostDonateGuest(host.vm, page, FRAME));
  }

  @Test
  void theCountOfLendingsHasAnEnd() {
    TestFolio page = host.page();
    hypervisor.hostShareGuest(first, page, FRAME);
    hypervisor.pages().at(page).guestShares = 0xFFFF_FFFE;
    assertEquals(Transition.DONE, hypervisor.hostShareGuest(first, page, OTHER_FRAME));
    List<String> before = host.everything();

    assertRefused(Errno.EBUSY, hypervisor.hostShareGuest(second, page, FRAME));

    assertEquals(before, host.everything());
  }

  @Test
  void aPrivatePageOfOneVmIsNoPageForAnother() {
    TestFolio page = host.privateAt(FRAME);
    VmHandle another = host.create(VmKind.PROTECTED);

    assertRefused(Errno.EPERM, hypervisor.hostShareGuest(first, page, FRAME));
    assertRefused(Errno.EPERM, hypervisor.hostDonateGuest(another, page, FRAME));
    hypervisor.guestShareHost(host.vm, FRAME);
    assertRefused(Errno.EPERM, hypervisor.hostShareGuest(first, page, FRAME));
    assertRefused(Errno.EPERM, hypervisor.hostDonateGuest(another, page, FRAME));
  }

  @Test
  void onlyAnOrdinaryVmsLeavesMayBeAdjusted() {
    host.privateAt(FRAME);
    assertRefused(Errno.EPERM, hypervisor.hostAdjustGuest(host.vm, FRAME));
    assertRefused(Errno.EPERM, hypervisor.hostAdjustGuest(host.vm, OTHER_FRAME));
    assertRefused(Errno.ENOENT, hypervisor.hostAdjustGuest(first, FRAME));

    hypervisor.hostShareGuest(first, host.page(), FRAME);
    List<String> before = host.everything();

    assertEquals(Transition.DONE, hypervisor.hostAdjustGuest(first, FRAME));
    assertEquals(before, host.everything());
  }

  @Test
  void aFrameBeyondTheGuestsAddressesTakesNoPage() {
    Gfn beyond = new Gfn(1L << 28);
    assertRefused(Errno.EINVAL, hypervisor.hostShareGuest(first, host.page(), beyond));
    assertRefused(Errno.EINVAL, hypervisor.hostDonateGuest(host.vm, host.page(), beyond));
    Gfn last = new Gfn((1L << 28) - 1);
    assertEquals(Transition.DONE, hypervisor.hostDonateGuest(host.vm, host.page(), last));
  }

  @Test
  void aDonationWithoutPagesForTablesIsOutOfMemoryAndChangesNothing() {
    TestHost poor =
        new TestHost(
            HypervisorConfig.of(HvcProfile.MAINLINE)
                .withFaults((site, gfn) ->
                    site.equals(HypervisorFaults.PAGE_TABLE_CACHE_SHORT) && gfn == FRAME.value()));
    TestFolio page = poor.page();
    List<String> before = poor.everything();

    assertRefused(Errno.ENOMEM, poor.hypervisor.hostDonateGuest(poor.vm, page, FRAME));

    assertEquals(before, poor.everything());
    assertEquals(Transition.DONE, poor.hypervisor.hostDonateGuest(poor.vm, page, OTHER_FRAME));
  }

  @Test
  void whatTheHypervisorPinnedIsTakenBackAfterTheLastPinIsGone() {
    TestFolio page = host.page();
    hypervisor.hostShareHyp(page);
    assertEquals(PageState.SHARED_BORROWED, hypervisor.hypState(page));
    hypervisor.pinShared(page);
    hypervisor.pinShared(page);

    assertEquals(Transition.DONE, hypervisor.unpinShared(page));
    assertRefused(Errno.EBUSY, hypervisor.hostUnshareHyp(page));
    assertEquals(Transition.DONE, hypervisor.unpinShared(page));
    assertRefused(Errno.EPERM, hypervisor.unpinShared(page));
    assertEquals(Transition.DONE, hypervisor.hostUnshareHyp(page));

    assertEquals(PageState.OWNED, hypervisor.hostState(page));
    assertEquals(PageState.NOPAGE, hypervisor.hypState(page));
  }

  @Test
  void theHypervisorGivesAPageBackThatItOwns() {
    TestFolio page = host.page();
    assertRefused(Errno.EPERM, hypervisor.hypDonateHost(page));
    hypervisor.hostDonateHyp(page);
    assertEquals(PageState.OWNED, hypervisor.hypState(page));
    assertEquals(PageState.NOPAGE, hypervisor.hostState(page));

    assertEquals(Transition.DONE, hypervisor.hypDonateHost(page));

    assertEquals(Transition.DONE, hypervisor.hostDonateGuest(host.vm, page, FRAME));
  }

  @Test
  void whatTheSecureWorldHasIsTakenBackByItsOwnCallOnly() {
    TestFolio page = host.page();
    assertEquals(Transition.DONE, hypervisor.hostShareFfa(page));
    assertRefused(Errno.EPERM, hypervisor.hostUnshareHyp(page));
    assertRefused(Errno.EPERM, hypervisor.hostShareGuest(first, page, FRAME));

    assertEquals(Transition.DONE, hypervisor.hostUnshareFfa(page));

    assertEquals(PageState.OWNED, hypervisor.hostState(page));
    hypervisor.hostShareGuest(first, page, FRAME);
    assertRefused(Errno.EPERM, hypervisor.hostUnshareFfa(page));
  }
}
