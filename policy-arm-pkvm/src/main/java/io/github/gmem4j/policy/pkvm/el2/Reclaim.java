package io.github.gmem4j.policy.pkvm.el2;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.vm.Gfn;
import java.util.Optional;

/** The host gets donated pages back without the guest's doing. */
final class Reclaim {
  private final VmTable vms;
  private final HostPages pages;
  private final GuestToHost guests;

  Reclaim(VmTable vms, HostPages pages, GuestToHost guests) {
    this.vms = vms;
    this.pages = pages;
    this.guests = guests;
  }

  Transition force(Folio folio) {
    HostPage page = pages.at(folio);
    if (page.host != PageState.NOPAGE) {
      return Transition.refused(Errno.EAGAIN, "the host can touch " + page);
    }
    GuestPage owner = page.owner;
    if (owner == null) {
      return Transition.refused(Errno.EPERM, "no guest's: " + page);
    }
    Optional<Vm> vm = vms.alive(owner.vm());
    if (vm.isEmpty()) {
      return Transition.refused(Errno.EAGAIN, owner.vm() + " is going or gone");
    }
    long gfn = owner.gfn().value();
    Leaf.Mapped leaf = vm.get().mapped(gfn);
    if (leaf == null || leaf.state() != PageState.OWNED || leaf.folio().pfn() != page.folio.pfn()) {
      return Transition.refused(Errno.EPERM, owner + " does not have " + page);
    }
    HostToGuest.split(vm.get(), gfn);
    page.folio.zero();
    guests.giveBack(vm.get(), owner.gfn(), page);
    vm.get().set(gfn, Leaf.POISONED);
    return Transition.DONE;
  }

  Transition dying(VmHandle handle, Gfn gfn) {
    Optional<Vm> vm = vms.find(handle).filter(found -> found.dying);
    if (vm.isEmpty()) {
      return Transition.refused(Errno.EINVAL, handle + " is not dying");
    }
    return switch (vm.get().state(gfn.value())) {
      case OWNED, SHARED_OWNED -> back(vm.get(), gfn);
      case POISON -> Transition.DONE;
      case SHARED_BORROWED, NOPAGE ->
          Transition.refused(Errno.EPERM, handle + " owns nothing at " + gfn);
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
