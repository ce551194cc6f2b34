package io.github.gmem4j.policy.pkvm.el2;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.vm.Gfn;
import java.util.Optional;

/** The host gets donated pages back without the guest's doing. */
final class Reclaim {
  private final HypervisorConfig config;
  private final VmTable vms;
  private final HostPages pages;
  private final GuestToHost guests;

  Reclaim(HypervisorConfig config, VmTable vms, HostPages pages, GuestToHost guests) {
    this.config = config;
    this.vms = vms;
    this.pages = pages;
    this.guests = guests;
  }

  /** {@code __pkvm_host_force_reclaim_page_guest}: that the VM is dying does not matter. */
  Transition force(Folio folio) {
    HostPage page = pages.at(folio);
    if (page.host != PageState.NOPAGE) {
      return Transition.refused(Errno.EAGAIN, "the host can touch " + page);
    }
    GuestPage owner = page.owner;
    if (owner == null) {
      return Transition.refused(Errno.EPERM, "no guest's: " + page);
    }
    Optional<Vm> vm = vms.find(owner.vm());
    if (vm.isEmpty()) {
      return Transition.refused(Errno.EAGAIN, owner.vm() + " is gone");
    }
    return switch (vm.get().leaf(owner.gfn().value())) {
      case null -> GuestToHost.nothingAt(owner.gfn());
      case Leaf.Poisoned poisoned -> GuestToHost.poisonedAt(owner.gfn());
      case Leaf.Mapped leaf
          when leaf.state() != PageState.OWNED || leaf.folio().pfn() != page.folio.pfn() ->
          Transition.refused(Errno.EPERM, owner + " does not have " + page);
      case Leaf.Mapped leaf -> {
        poison(vm.get(), owner.gfn(), page);
        yield Transition.DONE;
      }
    };
  }

  private void poison(Vm vm, Gfn gfn, HostPage page) {
    HostToGuest.split(vm, gfn.value());
    page.folio.zero();
    guests.giveBack(vm, gfn, page);
    vm.set(gfn.value(), Leaf.POISONED);
  }

  /** {@code __pkvm_reclaim_dying_guest_page}. */
  Transition dying(VmHandle handle, Gfn gfn) {
    Optional<Vm> vm = vms.find(handle).filter(found -> found.dying);
    if (vm.isEmpty()) {
      return Transition.refused(Errno.EINVAL, handle + " is not dying");
    }
    Transition reached = config.reaches(gfn.value(), 1);
    if (!reached.happened()) {
      return reached;
    }
    return switch (vm.get().leaf(gfn.value())) {
      case null -> GuestToHost.nothingAt(gfn);
      // Taken by force: nothing is left to get back.
      case Leaf.Poisoned poisoned -> Transition.DONE;
      case Leaf.Mapped leaf when leaf.state() == PageState.SHARED_BORROWED ->
          leaf.size() == LeafSize.PAGE
              ? GuestToHost.wrongState(vm.get(), gfn)
              : GuestToHost.inBlock(gfn);
      case Leaf.Mapped leaf -> back(vm.get(), gfn);
    };
  }

  void freed(Folio folio) {
    GuestPage owner = pages.at(folio).owner;
    if (owner != null) {
      vms.find(owner.vm()).ifPresent(vm -> back(vm, owner.gfn()));
    }
  }

  /** Scrubs a page that the host could not read, and only such a page. */
  private Transition back(Vm vm, Gfn gfn) {
    HostToGuest.split(vm, gfn.value());
    Leaf.Mapped leaf = vm.mapped(gfn.value());
    if (leaf == null) {
      throw new IllegalStateException("nothing is mapped at " + gfn);
    }
    if (leaf.state() == PageState.OWNED) {
      leaf.folio().zero();
    }
    guests.giveBack(vm, gfn, pages.at(leaf.folio()));
    return Transition.DONE;
  }
}
