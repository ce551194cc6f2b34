package io.github.gmem4j.policy.pkvm.el2;

import static io.github.gmem4j.policy.pkvm.el2.TestHost.FRAME;
import static io.github.gmem4j.policy.pkvm.el2.TestHost.OTHER_FRAME;
import static io.github.gmem4j.policy.pkvm.el2.TestHost.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.policy.pkvm.hvc.Hvc;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TeardownTest {
  private final TestHost host = TestHost.mainline();
  private final Hypervisor hypervisor = host.hypervisor;

  @Test
  void n38_aPrivatePageIsZeroedAtTheEndAndASharedOneIsNot() {
    TestFolio secret = host.privateAt(FRAME);
    TestFolio shared = host.sharedAt(OTHER_FRAME);
    byte[] before = shared.bytes();
    host.ends(host.vm);

    assertEquals(Transition.DONE, hypervisor.reclaimDying(host.vm, FRAME));
    assertEquals(Transition.DONE, hypervisor.reclaimDying(host.vm, OTHER_FRAME));

    assertTrue(secret.isZero());
    assertArrayEquals(before, shared.bytes());
    assertEquals(PageState.OWNED, hypervisor.hostState(secret));
    assertEquals(PageState.OWNED, hypervisor.hostState(shared));
    assertEquals(List.of(), hypervisor.frames(host.vm));
    assertEquals(Transition.DONE, hypervisor.finalizeTeardown(host.vm));
  }

  @Test
  void n40_teardownIsRefusedWhileAVcpuIsLoaded() {
    assertRefused(Errno.EINVAL, hypervisor.startTeardown(host.vm));

    hypervisor.putVcpu(host.vm, 0);

    assertEquals(Transition.DONE, hypervisor.startTeardown(host.vm));
    assertRefused(Errno.EINVAL, hypervisor.startTeardown(host.vm));
  }

  @Test
  void n41_reclaimBeforeTeardownIsRefusedAndChangesNothing() {
    TestFolio page = host.privateAt(FRAME);
    byte[] bytes = page.bytes();
    List<String> before = host.everything();

    assertRefused(Errno.EINVAL, hypervisor.reclaimDying(host.vm, FRAME));

    assertEquals(before, host.everything());
    assertArrayEquals(bytes, page.bytes());
  }

  // __pkvm_host_reclaim_page_guest: get_valid_guest_pte, whose EHWPOISON alone counts as done.
  @Test
  void aPoisonedFrameIsDoneAndAnEmptyOneIsRefused() {
    host.poisonedAt(FRAME);
    host.ends(host.vm);

    assertEquals(Transition.DONE, hypervisor.reclaimDying(host.vm, FRAME));
    assertRefused(Errno.ENOENT, hypervisor.reclaimDying(host.vm, OTHER_FRAME));
  }

  // _kvm_pgtable_walk in hyp/pgtable.c, which get_valid_guest_pte begins with.
  @Test
  void aFrameBeyondTheGuestsAddressesIsOutOfRange() {
    host.ends(host.vm);

    assertRefused(Errno.ERANGE, hypervisor.reclaimDying(host.vm, new Gfn(1L << 28)));
  }

  // get_valid_guest_pte looks at the level before anybody looks at the state.
  @Test
  void aLentBlockIsTooBigToBeReclaimed() {
    VmHandle ordinary = host.create(VmKind.NORMAL);
    hypervisor.hostShareGuest(ordinary, TestFolio.run(0x1000, 512), FRAME);
    host.ends(ordinary);

    assertRefused(Errno.E2BIG, hypervisor.reclaimDying(ordinary, OTHER_FRAME));
  }

  @Test
  void aLentPageIsNotReclaimedButTakenBack() {
    VmHandle ordinary = host.create(VmKind.NORMAL);
    TestFolio page = host.page();
    hypervisor.hostShareGuest(ordinary, page, FRAME);
    host.ends(ordinary);

    assertRefused(Errno.EPERM, hypervisor.reclaimDying(ordinary, FRAME));
    assertEquals(Transition.DONE, hypervisor.hostUnshareGuest(ordinary, FRAME));
    assertEquals(PageState.OWNED, hypervisor.hostState(page));
  }

  @Test
  void finalizingIsRefusedBeforeTheStartAndAfterTheEnd() {
    assertRefused(Errno.EINVAL, hypervisor.finalizeTeardown(host.vm));
    host.ends(host.vm);
    assertEquals(Transition.DONE, hypervisor.finalizeTeardown(host.vm));
    assertRefused(Errno.EINVAL, hypervisor.finalizeTeardown(host.vm));
    assertRefused(Errno.EINVAL, hypervisor.startTeardown(host.vm));
    assertRefused(Errno.EINVAL, hypervisor.reclaimDying(host.vm, FRAME));
  }

  @Test
  void aDyingVmTakesNoPageNoVcpuAndMakesNoCall() {
    TestFolio page = host.privateAt(OTHER_FRAME);
    host.ends(host.vm);

    assertRefused(Errno.EINVAL, hypervisor.hostDonateGuest(host.vm, host.page(), FRAME));
    assertRefused(Errno.EINVAL, hypervisor.hostShareGuest(host.vm, host.page(), FRAME));
    assertRefused(Errno.EINVAL, hypervisor.loadVcpu(host.vm, 0));
    assertRefused(Errno.EINVAL, hypervisor.guestShareHost(host.vm, OTHER_FRAME));
    assertRefused(Errno.EINVAL, hypervisor.guestUnshareHost(host.vm, OTHER_FRAME));
    assertRefused(Errno.EINVAL, hypervisor.guestRelinquish(host.vm, OTHER_FRAME));
    assertThrows(
        IllegalArgumentException.class,
        () -> hypervisor.call(host.vm, Hvc.share(OTHER_FRAME.gpa())));
    assertEquals(PageState.NOPAGE, hypervisor.hostState(page));
  }

  @Test
  void aVcpuIsLoadedOnce() {
    assertRefused(Errno.EINVAL, hypervisor.loadVcpu(host.vm, 0));
    assertEquals(Transition.DONE, hypervisor.loadVcpu(host.vm, 1));
  }

  @Test
  void thereAreAtMost255Vms() {
    for (int i = 1; i < 255; i++) {
      host.create(VmKind.NORMAL);
    }
    KernelResult<VmHandle> oneTooMany = hypervisor.createVm(VmKind.PROTECTED);
    assertEquals(Errno.ENOMEM, assertInstanceOf(KernelResult.Failed.class, oneTooMany).errno());

    host.ends(host.vm);
    hypervisor.finalizeTeardown(host.vm);

    assertEquals(KernelResult.ok(host.vm), hypervisor.createVm(VmKind.PROTECTED));
  }

  @Test
  void anUnknownVmHasNothing() {
    VmHandle unknown = new VmHandle(0);

    assertEquals(PageState.NOPAGE, hypervisor.guestState(unknown, new Gfn(0)));
    assertEquals(List.of(), hypervisor.frames(unknown));
    assertRefused(Errno.EINVAL, hypervisor.hostUnshareGuest(unknown, FRAME));
    assertRefused(Errno.EINVAL, hypervisor.hostWrprotectGuest(unknown, FRAME, 1));
  }
}
