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
  private static final Gfn BEYOND = new Gfn(1L << 28);

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

  // handle___pkvm_host_relax_perms_guest in nvhe/hyp-main.c; stage2_attr_walker in pgtable.c.
  @Test
  void onlyAnOrdinaryVmsLeavesGetMoreRights() {
    host.privateAt(FRAME);
    assertRefused(Errno.EINVAL, hypervisor.hostRelaxPermsGuest(host.vm, FRAME));
    VmHandle unloaded = host.notRunning(VmKind.NORMAL);
    assertRefused(Errno.EINVAL, hypervisor.hostRelaxPermsGuest(unloaded, FRAME));
    assertRefused(Errno.EAGAIN, hypervisor.hostRelaxPermsGuest(first, FRAME));
    assertRefused(Errno.ERANGE, hypervisor.hostRelaxPermsGuest(first, BEYOND));

    hypervisor.hostShareGuest(first, host.page(), FRAME);
    List<String> before = host.everything();

    assertEquals(Transition.DONE, hypervisor.hostRelaxPermsGuest(first, FRAME));
    assertEquals(before, host.everything());
  }

  // handle___pkvm_host_wrprotect_guest: by handle, get_np_pkvm_hyp_vm; the walk ignores EAGAIN.
  @Test
  void onlyAnOrdinaryVmsFramesAreWriteProtectedAndEmptyOnesAreToo() {
    host.privateAt(FRAME);
    assertRefused(Errno.EINVAL, hypervisor.hostWrprotectGuest(host.vm, FRAME, 1));
    assertRefused(Errno.EINVAL, hypervisor.hostWrprotectGuest(first, FRAME, 2));
    assertRefused(Errno.ERANGE, hypervisor.hostWrprotectGuest(first, BEYOND, 1));

    assertEquals(Transition.DONE, hypervisor.hostWrprotectGuest(first, FRAME, 1));
    assertEquals(Transition.DONE, hypervisor.hostWrprotectGuest(first, FRAME, 512));
  }

  // _kvm_pgtable_walk in hyp/pgtable.c.
  @Test
  void aFrameBeyondTheGuestsAddressesIsOutOfRange() {
    assertRefused(Errno.ERANGE, hypervisor.hostShareGuest(first, host.page(), BEYOND));
    assertRefused(Errno.ERANGE, hypervisor.hostDonateGuest(host.vm, host.page(), BEYOND));
    assertRefused(Errno.ERANGE, hypervisor.hostUnshareGuest(first, BEYOND));
    assertRefused(Errno.ERANGE, hypervisor.guestShareHost(host.vm, BEYOND));
    assertRefused(Errno.ERANGE, hypervisor.guestUnshareHost(host.vm, BEYOND));
    Gfn last = new Gfn((1L << 28) - 1);
    assertEquals(Transition.DONE, hypervisor.hostDonateGuest(host.vm, host.page(), last));
  }

  // __pkvm_host_donate_guest asks about the host first, __pkvm_host_share_guest about the guest.
  @Test
  void whoIsAskedFirstDecidesTheAnswer() {
    TestFolio notTheHosts = host.privateAt(FRAME);

    assertRefused(Errno.EPERM, hypervisor.hostDonateGuest(host.vm, notTheHosts, BEYOND));
    assertRefused(Errno.ERANGE, hypervisor.hostShareGuest(first, notTheHosts, BEYOND));
  }

  // handle___pkvm_host_donate_guest and handle___pkvm_host_share_guest in nvhe/hyp-main.c.
  @Test
  void aVmOfTheOtherKindOrWithoutALoadedVcpuGetsNoPage() {
    VmHandle ordinary = host.notRunning(VmKind.NORMAL);
    VmHandle isProtected = host.notRunning(VmKind.PROTECTED);
    List<String> before = host.everything();

    assertRefused(Errno.EINVAL, hypervisor.hostDonateGuest(first, host.page(), FRAME));
    assertRefused(Errno.EINVAL, hypervisor.hostShareGuest(host.vm, host.page(), FRAME));
    assertRefused(Errno.EINVAL, hypervisor.hostShareGuest(ordinary, host.page(), FRAME));
    assertRefused(Errno.EINVAL, hypervisor.hostDonateGuest(isProtected, host.page(), FRAME));

    assertEquals(before, host.everything());
    hypervisor.loadVcpu(isProtected, 3);
    assertEquals(Transition.DONE, hypervisor.hostDonateGuest(isProtected, host.page(), FRAME));
    hypervisor.putVcpu(isProtected, 3);
    assertRefused(Errno.EINVAL, hypervisor.hostDonateGuest(isProtected, host.page(), OTHER_FRAME));
  }

  // handle___pkvm_host_unshare_guest looks for a VM that is not protected, dying or not.
  @Test
  void aProtectedVmHasNothingThatWasLent() {
    host.privateAt(FRAME);

    assertRefused(Errno.EINVAL, hypervisor.hostUnshareGuest(host.vm, FRAME));
    assertRefused(Errno.EINVAL, hypervisor.hostUnshareGuest(host.vm, OTHER_FRAME));
  }

  // __guest_check_pgtable_memcache, the last check of both.
  @Test
  void withoutPagesForTablesItIsOutOfMemoryAndNothingChanges() {
    TestHost poor =
        new TestHost(
            HypervisorConfig.of(HvcProfile.MAINLINE)
                .withFaults((site, gfn) ->
                    site.equals(HypervisorFaults.PAGE_TABLE_CACHE_SHORT) && gfn == FRAME.value()));
    VmHandle ordinary = poor.create(VmKind.NORMAL);
    TestFolio page = poor.page();
    TestFolio taken = poor.privateAt(TestHost.frame(2));
    List<String> before = poor.everything();

    assertRefused(Errno.ENOMEM, poor.hypervisor.hostDonateGuest(poor.vm, page, FRAME));
    assertRefused(Errno.ENOMEM, poor.hypervisor.hostShareGuest(ordinary, page, FRAME));
    assertRefused(Errno.EPERM, poor.hypervisor.hostDonateGuest(poor.vm, taken, FRAME));
    assertRefused(Errno.EPERM, poor.hypervisor.hostShareGuest(ordinary, taken, FRAME));

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
  }

  // __pkvm_host_unshare_ffa looks at the host's state alone.
  @Test
  void whatTheSecureWorldSaysItGaveBackIsBelievedWhoeverElseHasThePage() {
    TestFolio lent = host.page();
    hypervisor.hostShareGuest(first, lent, FRAME);
    TestFolio pinned = host.page();
    hypervisor.hostShareHyp(pinned);
    hypervisor.pinShared(pinned);

    assertEquals(Transition.DONE, hypervisor.hostUnshareFfa(lent));
    assertEquals(Transition.DONE, hypervisor.hostUnshareFfa(pinned));

    assertEquals(PageState.OWNED, hypervisor.hostState(lent));
    assertEquals(PageState.SHARED_BORROWED, hypervisor.guestState(first, FRAME));
    assertRefused(Errno.EPERM, hypervisor.hostUnshareGuest(first, FRAME));
    assertEquals(Transition.DONE, hypervisor.hostShareGuest(second, lent, FRAME));
    assertEquals(Transition.DONE, hypervisor.hostUnshareGuest(first, FRAME));
    assertEquals(PageState.SHARED_OWNED, hypervisor.hostState(lent), "lent to the second still");
    assertRefused(Errno.EPERM, hypervisor.hostShareHyp(pinned));
    assertRefused(Errno.EPERM, hypervisor.hostUnshareHyp(pinned));
  }
}
