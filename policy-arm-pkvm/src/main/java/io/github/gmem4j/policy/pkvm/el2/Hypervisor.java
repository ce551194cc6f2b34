package io.github.gmem4j.policy.pkvm.el2;

import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.policy.pkvm.hvc.Hvc;
import java.util.List;
import java.util.Optional;

/**
 * pKVM's hypervisor at EL2, as far as it decides whose a page is: one for a host, for all its VMs.
 *
 * <p>Every page is in one of five conditions, seen from the host and from one guest:
 *
 * <table>
 *   <caption>Conditions of a page</caption>
 *   <tr><th>host<th>guest<th>meaning
 *   <tr><td>OWNED<td>NOPAGE<td>the host's; where every page begins
 *   <tr><td>NOPAGE<td>OWNED<td>donated to a protected VM, private
 *   <tr><td>SHARED_BORROWED<td>SHARED_OWNED<td>shared back by that VM, which stays the owner
 *   <tr><td>OWNED<td>POISON<td>taken by force and zeroed; the guest's frame is dead for good
 *   <tr><td>SHARED_OWNED<td>SHARED_BORROWED<td>lent to ordinary VMs, counted
 * </table>
 *
 * <p>A page may instead be shared with, or donated to, the hypervisor itself or be shared with the
 * secure world (FF-A).
 *
 * <p>Each change checks everything first and then happens wholly, or is {@link Transition.Refused}
 * with nothing changed. Contents change in three places only: a private page that is taken by
 * force, reclaimed or relinquished is zeroed. Sharing and taking back leave the bytes alone, and so
 * does a donation: the guest finds what the host left there.
 *
 * <p>References that the host holds on a page are unknown here and block nothing. Every {@link
 * Folio} is taken to be RAM, so the real one's refusals of device memory do not occur.
 *
 * <p>Not thread-safe: the real one holds the host's and the guest's lock over each change, callers
 * serialise all calls instead. Source: Linux 7.3 {@code arch/arm64/kvm/hyp/nvhe/mem_protect.c} and
 * {@code pkvm.c}, measured on 7.3.4; the Android common kernel where a method says so.
 */
public final class Hypervisor {
  private final HypervisorConfig config;
  private final VmTable vms = new VmTable();
  private final HostPages pages = new HostPages();
  private final HostToGuest toGuest;
  private final GuestToHost fromGuest;
  private final HostToOthers toOthers;
  private final Reclaim reclaim;
  private final HvcHandler calls;

  /** Creates the hypervisor of a host that still owns every page. */
  public Hypervisor(HypervisorConfig config) {
    this.config = config;
    toGuest = new HostToGuest(config, vms, pages);
    fromGuest = new GuestToHost(config, vms, pages, toGuest);
    toOthers = new HostToOthers(pages);
    reclaim = new Reclaim(config, vms, pages, fromGuest);
    calls = new HvcHandler(config, fromGuest);
  }

  /** Returns what was fixed at the beginning. */
  public HypervisorConfig config() {
    return config;
  }

  HostPages pages() {
    return pages;
  }

  /**
   * Creates a VM without pages.
   *
   * @return its handle, or ENOMEM if 255 exist
   */
  public KernelResult<VmHandle> createVm(VmKind kind) {
    return vms.create(kind);
  }

  /**
   * A vCPU is about to run. EINVAL if the VM is dying or unknown, or the vCPU is loaded already;
   * the real call answers nothing, and such a vCPU is just not loaded.
   */
  public Transition loadVcpu(VmHandle vm, int vcpu) {
    return vms.load(vm, vcpu);
  }

  /** A vCPU no longer runs. No effect if it was not loaded. */
  public void putVcpu(VmHandle vm, int vcpu) {
    vms.put(vm, vcpu);
  }

  /**
   * The VM shall end: from now on no vCPU can be loaded. EINVAL if the VM is dying already or
   * unknown, or a vCPU is loaded.
   */
  public Transition startTeardown(VmHandle vm) {
    return vms.startTeardown(vm);
  }

  /**
   * The host gets one page of a dying VM back: zeroed if it was private, with its bytes if it was
   * shared. A poisoned frame is none to get back and counts as done. EINVAL if the VM is not dying
   * or unknown, ERANGE if the frame is beyond its addresses, ENOENT if nothing is mapped there,
   * EPERM or, in a block, E2BIG if the page was lent.
   */
  public Transition reclaimDying(VmHandle vm, Gfn gfn) {
    return reclaim.dying(vm, gfn);
  }

  /**
   * The VM is gone and its handle may be given to another. Pages that were not reclaimed are lost.
   * EINVAL if it is not dying or unknown.
   */
  public Transition finalizeTeardown(VmHandle vm) {
    return vms.finalizeTeardown(vm);
  }

  /**
   * The host gives a page to a protected VM, after the guest touched a frame. It becomes private
   * with its contents. EINVAL if the VM is not protected or no vCPU of it is loaded; the real call
   * names no VM and is about the vCPU that is loaded. EPERM unless the page is the host's alone;
   * then ERANGE if the frame is beyond the VM's addresses, EPERM unless it is empty, which a
   * poisoned frame is not; last ENOMEM, see {@link HypervisorFaults}.
   */
  public Transition hostDonateGuest(VmHandle vm, Folio folio, Gfn gfn) {
    return toGuest.donate(vm, FolioRun.of(folio), gfn);
  }

  /**
   * The host gives a page or a whole aligned 2 MiB block; a block only under {@link
   * io.github.gmem4j.policy.pkvm.hvc.HvcProfile#ANDROID}. EINVAL for any other size or alignment,
   * otherwise as for one page.
   */
  public Transition hostDonateGuest(VmHandle vm, FolioRun pages, Gfn first) {
    return toGuest.donate(vm, pages, first);
  }

  /**
   * The host lends a page to an ordinary VM. EINVAL if the VM is protected or no vCPU of it is
   * loaded, ERANGE if the frame is beyond its addresses, EPERM unless the frame is empty and the
   * page is the host's alone or lent already, EBUSY if it is lent 2^32 - 1 times, last ENOMEM, see
   * {@link HypervisorFaults}.
   */
  public Transition hostShareGuest(VmHandle vm, Folio folio, Gfn gfn) {
    return toGuest.share(vm, FolioRun.of(folio), gfn);
  }

  /**
   * The host lends a page or a whole aligned 2 MiB block. EINVAL for any other size or alignment,
   * otherwise as for one page.
   */
  public Transition hostShareGuest(VmHandle vm, FolioRun pages, Gfn first) {
    return toGuest.share(vm, pages, first);
  }

  /**
   * The host takes back a page that it lent; at the last lending it is the host's alone. EINVAL if
   * the VM is unknown or protected, ERANGE if the frame is beyond its addresses, ENOENT if nothing
   * is mapped there, E2BIG if the frame lies in a block, EPERM if the host does not lend what is
   * there.
   */
  public Transition hostUnshareGuest(VmHandle vm, Gfn gfn) {
    return toGuest.unshare(vm, gfn, 1);
  }

  /**
   * The host takes back a page or a whole 2 MiB block that it lent as such. EINVAL for any other
   * size or alignment, E2BIG if it was lent in the other size, otherwise as for one page.
   *
   * @param pages how many
   */
  public Transition hostUnshareGuest(VmHandle vm, Gfn first, long pages) {
    return toGuest.unshare(vm, first, pages);
  }

  /**
   * The host gives an ordinary VM more rights to a page that it lent, which no ownership depends
   * on. EINVAL if the VM is protected or no vCPU of it is loaded, ERANGE if the frame is beyond its
   * addresses, EAGAIN if nothing is mapped there.
   */
  public Transition hostRelaxPermsGuest(VmHandle vm, Gfn gfn) {
    return toGuest.relaxPerms(vm, gfn);
  }

  /**
   * The host write-protects a page or a whole 2 MiB block of an ordinary VM, mapped or not; no
   * ownership depends on it. EINVAL if the VM is unknown or protected, or for any other size or
   * alignment, ERANGE if the frames are beyond its addresses. The calls about the age of a page are
   * refused alike.
   *
   * @param pages how many
   */
  public Transition hostWrprotectGuest(VmHandle vm, Gfn first, long pages) {
    return toGuest.writeProtect(vm, first, pages);
  }

  /**
   * The host splits the block around a frame into pages. No effect if there is none. Android, which
   * asks for this by {@link HvcOutcome.NeedsSplit}.
   */
  public void hostSplitGuest(VmHandle vm, Gfn gfn) {
    vms.find(vm).ifPresent(found -> HostToGuest.split(found, gfn.value()));
  }

  /** The host shares a page with the hypervisor. EPERM unless it is the host's alone. */
  public Transition hostShareHyp(Folio folio) {
    return toOthers.shareHyp(folio);
  }

  /**
   * The host takes back a page that it shares with the hypervisor. EPERM if it does not, EBUSY
   * while the hypervisor has it pinned: the one borrower whose references are counted.
   */
  public Transition hostUnshareHyp(Folio folio) {
    return toOthers.unshareHyp(folio);
  }

  /** The host gives a page to the hypervisor. EPERM unless it is the host's alone. */
  public Transition hostDonateHyp(Folio folio) {
    return toOthers.donateHyp(folio);
  }

  /** The hypervisor gives a page back. EPERM unless it owns it. */
  public Transition hypDonateHost(Folio folio) {
    return toOthers.hypDonatesHost(folio);
  }

  /** The hypervisor pins a page that the host shares with it, counted. EPERM if it does not. */
  public Transition pinShared(Folio folio) {
    return toOthers.pin(folio);
  }

  /** The hypervisor drops one pin. EPERM if there is none. */
  public Transition unpinShared(Folio folio) {
    return toOthers.unpin(folio);
  }

  /** The host shares a page with the secure world. EPERM unless it is the host's alone. */
  public Transition hostShareFfa(Folio folio) {
    return toOthers.shareFfa(folio);
  }

  /**
   * The host takes back a page that it shares with the secure world. EPERM unless the host shares
   * the page; with whom is not asked, since only the secure world's own word leads to this call. A
   * page that is lent or shared with the hypervisor would be the host's alone afterwards, and still
   * mapped there.
   */
  public Transition hostUnshareFfa(Folio folio) {
    return toOthers.unshareFfa(folio);
  }

  /**
   * The host kernel has touched a page that it has no access to, through a reference of its own:
   * the page is zeroed and the host's, the guest's frame is poisoned, also while the VM is dying.
   * EAGAIN if the host has access after all or the VM is gone: the access may be tried again. EPERM
   * if it is no guest's private page, ENOENT or EHWPOISON if the VM whose page it was no longer has
   * it: the host kernel breaks.
   */
  public Transition forceReclaim(Folio folio) {
    return reclaim.force(folio);
  }

  /**
   * A page of a living VM is freed by the memory it belongs to: it is the host's again, zeroed if
   * it was private, and the frame is empty. No effect on a page that was not donated.
   *
   * <p>No call of Linux 7.3, whose protected VMs keep their pages to the end; what a guest_memfd's
   * reclaim hook would do (F. Tabba and A. Tng on the KVM list, June 2026).
   */
  public void reclaimFreed(Folio folio) {
    reclaim.freed(folio);
  }

  /**
   * A guest shares a private page with the host. ERANGE if the frame is beyond its addresses,
   * ENOENT if nothing is mapped there, EHWPOISON, E2BIG in a block, EPERM in any other state.
   */
  public Transition guestShareHost(VmHandle vm, Gfn gfn) {
    return fromGuest.share(vm, gfn);
  }

  /** A guest takes a shared page back. Refused as {@link #guestShareHost}. */
  public Transition guestUnshareHost(VmHandle vm, Gfn gfn) {
    return fromGuest.unshare(vm, gfn);
  }

  /**
   * A guest gives a page up: a protected VM a private one, which is zeroed, an ordinary VM one that
   * it borrowed. Done if nothing is mapped there; EPERM in any other state, E2BIG in a block.
   * Android.
   */
  public Transition guestRelinquish(VmHandle vm, Gfn gfn) {
    return fromGuest.relinquish(vm, gfn);
  }

  /**
   * Carries a guest's call out, as Linux 7.3 does: a page has changed hands when this returns.
   *
   * @throws IllegalArgumentException if no guest of such a VM can run
   */
  public HvcOutcome call(VmHandle vm, Hvc hvc) {
    return calls.call(running(vm), hvc);
  }

  /**
   * Checks a guest's call for somebody who decides when pages change hands: arguments and ownership
   * as {@link #call} does, but MEM_SHARE and MEM_UNSHARE change nothing. They are {@link
   * HvcOutcome.Vetted}, and the change is {@link #guestShareHost} or {@link #guestUnshareHost}.
   *
   * <p>A vCPU's vetted MEM_UNSHARE is remembered until {@link #returned}. For that long another
   * vCPU's call for the page passes too, be it private or shared at the moment, and a MEM_SHARE
   * cancels: see {@link #awaitsUnshare}.
   *
   * @throws IllegalArgumentException if no guest of such a VM can run
   */
  public HvcOutcome vet(VmHandle vm, int vcpu, Hvc hvc) {
    return calls.vet(running(vm), vcpu, hvc);
  }

  /** A vetted call goes back to its guest, or never will. No effect if there is none. */
  public void returned(VmHandle vm, int vcpu) {
    vms.find(vm).ifPresent(found -> found.calls.end(vcpu));
  }

  /**
   * Tells whether a vCPU's vetted MEM_UNSHARE of a page is under way and no later MEM_SHARE has
   * cancelled it.
   */
  public boolean awaitsUnshare(VmHandle vm, int vcpu, Gfn gfn) {
    return vms.find(vm).filter(found -> found.calls.unshares(vcpu, gfn.value())).isPresent();
  }

  /** Tells whether {@link #awaitsUnshare(VmHandle, int, Gfn)} holds for any vCPU. */
  public boolean awaitsUnshare(VmHandle vm, Gfn gfn) {
    return vms.find(vm).filter(found -> found.calls.unshares(gfn.value())).isPresent();
  }

  /** Returns what a page is to the host. */
  public PageState hostState(Folio folio) {
    return pages.at(folio).host;
  }

  /** Returns what a page is to the hypervisor. */
  public PageState hypState(Folio folio) {
    return pages.at(folio).hyp;
  }

  /** Returns what a VM has at a frame; NOPAGE if the VM is unknown. */
  public PageState guestState(VmHandle vm, Gfn gfn) {
    return vms.find(vm).map(found -> found.state(gfn.value())).orElse(PageState.NOPAGE);
  }

  /** Returns the page that a VM reaches at a frame. */
  public Optional<Folio> folioAt(VmHandle vm, Gfn gfn) {
    return vms.find(vm).flatMap(found -> found.folio(gfn));
  }

  /** Returns the protected VM that owns a page, private or shared, and its frame. */
  public Optional<GuestPage> owner(Folio folio) {
    return Optional.ofNullable(pages.at(folio).owner);
  }

  /** Returns the frames where a VM has a page or poison, ascending. */
  public List<Gfn> frames(VmHandle vm) {
    return vms.find(vm).map(Vm::frames).orElse(List.of());
  }

  /** Returns the frames of a range where a VM has a page or poison, ascending. */
  public List<Gfn> frames(VmHandle vm, GfnRange range) {
    return vms.find(vm).map(found -> found.frames(range)).orElse(List.of());
  }

  private Vm running(VmHandle handle) {
    return vms.alive(handle)
        .orElseThrow(() -> new IllegalArgumentException(handle + " does not exist or is dying"));
  }
}
