package io.github.gmem4j.policy.pkvm.el2;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.policy.pkvm.hvc.HvcProfile;
import java.util.Optional;

/** The host gives pages to guests: donates them for good, or lends them. */
final class HostToGuest {
  private static final int MOST_SHARES = 0xFFFF_FFFF;

  private final HypervisorConfig config;
  private final VmTable vms;
  private final HostPages pages;

  HostToGuest(HypervisorConfig config, VmTable vms, HostPages pages) {
    this.config = config;
    this.vms = vms;
    this.pages = pages;
  }

  /** In the order of {@code __pkvm_host_donate_guest}: the host's state, the guest's, tables. */
  Transition donate(VmHandle handle, FolioRun run, Gfn gfn) {
    Optional<Vm> vm = vms.loaded(handle, VmKind.PROTECTED);
    if (vm.isEmpty()) {
      return VmTable.notLoaded(handle, VmKind.PROTECTED);
    }
    if (run.pages() != 1 && config.profile() == HvcProfile.MAINLINE) {
      return Transition.refused(Errno.EINVAL, "one page at a time, not " + run.pages());
    }
    Transition checked =
        LeafSize.check(run.firstPfn(), gfn.value(), run.pages())
            .then(() -> unowned(run))
            .then(() -> isFree(vm.get(), gfn, run.pages()))
            .then(() -> hasTables(gfn));
    if (!checked.happened()) {
      return checked;
    }
    LeafSize size = LeafSize.ofPages(run.pages()).orElseThrow();
    for (int i = 0; i < run.pages(); i++) {
      HostPage page = pages.at(run.folios().get(i));
      page.host = PageState.NOPAGE;
      page.owner = new GuestPage(handle, new Gfn(gfn.value() + i));
      pages.update(page);
      vm.get().set(gfn.value() + i, new Leaf.Mapped(page.folio, PageState.OWNED, size));
    }
    return Transition.DONE;
  }

  /** In the order of {@code __pkvm_host_share_guest}: the guest's state, the host's, tables. */
  Transition share(VmHandle handle, FolioRun run, Gfn gfn) {
    Optional<Vm> vm = vms.loaded(handle, VmKind.NORMAL);
    if (vm.isEmpty()) {
      return VmTable.notLoaded(handle, VmKind.NORMAL);
    }
    if (!LeafSize.areFrames(run.firstPfn(), run.pages())) {
      return Transition.refused(Errno.EINVAL, "no physical page: " + run.firstPfn());
    }
    Transition checked =
        LeafSize.check(run.firstPfn(), gfn.value(), run.pages())
            .then(() -> isFree(vm.get(), gfn, run.pages()))
            .then(() -> shareable(run))
            .then(() -> hasTables(gfn));
    if (!checked.happened()) {
      return checked;
    }
    LeafSize size = LeafSize.ofPages(run.pages()).orElseThrow();
    for (int i = 0; i < run.pages(); i++) {
      HostPage page = pages.at(run.folios().get(i));
      page.host = PageState.SHARED_OWNED;
      page.guestShares++;
      pages.update(page);
      vm.get().set(gfn.value() + i, new Leaf.Mapped(page.folio, PageState.SHARED_BORROWED, size));
    }
    return Transition.DONE;
  }

  Transition unshare(VmHandle handle, Gfn gfn, long count) {
    Optional<Vm> vm = vms.ordinary(handle);
    if (vm.isEmpty()) {
      return VmTable.notOrdinary(handle);
    }
    Transition checked =
        LeafSize.check(0, gfn.value(), count)
            .then(() -> config.reaches(gfn.value(), count))
            .then(() -> lent(vm.get(), gfn, LeafSize.ofPages(count).orElseThrow()));
    if (!checked.happened()) {
      return checked;
    }
    for (long frame = gfn.value(); frame < gfn.value() + count; frame++) {
      takeBack(vm.get(), frame);
    }
    return Transition.DONE;
  }

  /** A fault's doing: {@code handle___pkvm_host_relax_perms_guest}, of the loaded vCPU. */
  Transition relaxPerms(VmHandle handle, Gfn gfn) {
    Optional<Vm> vm = vms.loaded(handle, VmKind.NORMAL);
    if (vm.isEmpty()) {
      return VmTable.notLoaded(handle, VmKind.NORMAL);
    }
    return config
        .reaches(gfn.value(), 1)
        .then(() ->
            vm.get().mapped(gfn.value()) == null
                ? Transition.refused(Errno.EAGAIN, "nothing is mapped at " + gfn)
                : Transition.DONE);
  }

  /** {@code handle___pkvm_host_wrprotect_guest}; what is not mapped is passed over. */
  Transition writeProtect(VmHandle handle, Gfn gfn, long count) {
    return vms.ordinary(handle).isEmpty()
        ? VmTable.notOrdinary(handle)
        : LeafSize.check(0, gfn.value(), count).then(() -> config.reaches(gfn.value(), count));
  }

  /** Splits the block around a frame, if there is one, into pages; nobody's state changes. */
  static void split(Vm vm, long gfn) {
    Leaf.Mapped leaf = vm.mapped(gfn);
    if (leaf == null || leaf.size() == LeafSize.PAGE) {
      return;
    }
    long first = leaf.size().firstFrame(gfn);
    for (long frame = first; frame < first + leaf.size().pages(); frame++) {
      Leaf.Mapped part = vm.mapped(frame);
      if (part != null) {
        vm.set(frame, part.with(LeafSize.PAGE));
      }
    }
  }

  /** Ends one lending of the page at a frame. */
  void takeBack(Vm vm, long gfn) {
    Leaf.Mapped leaf = vm.mapped(gfn);
    if (leaf == null) {
      throw new IllegalStateException("nothing is lent at gfn 0x" + Long.toHexString(gfn));
    }
    HostPage page = pages.at(leaf.folio());
    vm.unmap(gfn);
    page.guestShares--;
    if (page.guestShares == 0) {
      page.host = PageState.OWNED;
    }
    pages.update(page);
  }

  private Transition isFree(Vm vm, Gfn gfn, int count) {
    Transition reached = config.reaches(gfn.value(), count);
    if (!reached.happened()) {
      return reached;
    }
    for (long frame = gfn.value(); frame < gfn.value() + count; frame++) {
      PageState state = vm.state(frame);
      if (state != PageState.NOPAGE) {
        return Transition.refused(
            Errno.EPERM, "%s is %s at gfn 0x%x".formatted(vm.handle, state, frame));
      }
    }
    return Transition.DONE;
  }

  /** {@code __guest_check_pgtable_memcache}: the last of all checks. */
  private Transition hasTables(Gfn gfn) {
    return config.faults().injects(HypervisorFaults.PAGE_TABLE_CACHE_SHORT, gfn.value())
        ? Transition.refused(Errno.ENOMEM, "no page for a page table on the way to " + gfn)
        : Transition.DONE;
  }

  private Transition unowned(FolioRun run) {
    if (!LeafSize.areFrames(run.firstPfn(), run.pages())) {
      return Transition.refused(Errno.EPERM, "no memory: pfn " + run.firstPfn());
    }
    for (Folio folio : run.folios()) {
      HostPage page = pages.at(folio);
      if (page.host != PageState.OWNED) {
        return Transition.refused(Errno.EPERM, "not the host's alone: " + page);
      }
    }
    return Transition.DONE;
  }

  /** Checks that pages are the host's alone or lent already: only lending may be repeated. */
  private Transition shareable(FolioRun run) {
    for (Folio folio : run.folios()) {
      HostPage page = pages.at(folio);
      boolean lent = page.host == PageState.SHARED_OWNED && page.guestShares != 0;
      if (lent && page.guestShares == MOST_SHARES) {
        return Transition.refused(Errno.EBUSY, "lent as often as can be counted: " + page);
      }
      if (page.host != PageState.OWNED && !lent) {
        return Transition.refused(Errno.EPERM, "not the host's to lend: " + page);
      }
    }
    return Transition.DONE;
  }

  /** {@code __check_host_shared_guest}. */
  private Transition lent(Vm vm, Gfn gfn, LeafSize size) {
    for (long frame = gfn.value(); frame < gfn.value() + size.pages(); frame++) {
      Leaf.Mapped leaf = vm.mapped(frame);
      if (leaf == null) {
        return Transition.refused(Errno.ENOENT, "nothing is mapped at gfn 0x%x".formatted(frame));
      }
      if (leaf.size() != size) {
        return Transition.refused(Errno.E2BIG, "gfn 0x%x is in a %s".formatted(frame, leaf.size()));
      }
      if (leaf.state() != PageState.SHARED_BORROWED) {
        return Transition.refused(
            Errno.EPERM, "%s is %s at gfn 0x%x".formatted(vm.handle, leaf.state(), frame));
      }
      HostPage page = pages.at(leaf.folio());
      if (page.host != PageState.SHARED_OWNED) {
        return Transition.refused(Errno.EPERM, "the host does not lend " + page);
      }
    }
    return Transition.DONE;
  }
}
