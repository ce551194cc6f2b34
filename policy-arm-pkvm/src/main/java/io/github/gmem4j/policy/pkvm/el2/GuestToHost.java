package io.github.gmem4j.policy.pkvm.el2;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.vm.Gfn;
import java.util.Optional;

/**
 * A guest changes what its pages are: shares them with the host, takes them back, gives them up.
 */
final class GuestToHost {
  private final HypervisorConfig config;
  private final VmTable vms;
  private final HostPages pages;
  private final HostToGuest lendings;

  GuestToHost(HypervisorConfig config, VmTable vms, HostPages pages, HostToGuest lendings) {
    this.config = config;
    this.vms = vms;
    this.pages = pages;
    this.lendings = lendings;
  }

  Transition checkShare(VmHandle handle, Gfn gfn) {
    return check(handle, gfn, PageState.OWNED, PageState.NOPAGE);
  }

  Transition share(VmHandle handle, Gfn gfn) {
    Transition checked = checkShare(handle, gfn);
    if (checked.happened()) {
      flip(handle, gfn, PageState.SHARED_OWNED, PageState.SHARED_BORROWED);
    }
    return checked;
  }

  Transition checkUnshare(VmHandle handle, Gfn gfn) {
    return check(handle, gfn, PageState.SHARED_OWNED, PageState.SHARED_BORROWED);
  }

  Transition unshare(VmHandle handle, Gfn gfn) {
    Transition checked = checkUnshare(handle, gfn);
    if (checked.happened()) {
      flip(handle, gfn, PageState.OWNED, PageState.NOPAGE);
    }
    return checked;
  }

  Transition relinquish(VmHandle handle, Gfn gfn) {
    Optional<Vm> vm = vms.alive(handle);
    if (vm.isEmpty()) {
      return VmTable.notAlive(handle);
    }
    if (vm.get().state(gfn.value()) == PageState.NOPAGE) {
      return Transition.DONE;
    }
    PageState wanted = vm.get().isProtected() ? PageState.OWNED : PageState.SHARED_BORROWED;
    Leaf.Mapped leaf = vm.get().mapped(gfn.value());
    if (leaf == null || leaf.state() != wanted) {
      return wrongState(vm.get(), gfn);
    }
    if (leaf.size() != LeafSize.PAGE) {
      return inBlock(gfn);
    }
    if (vm.get().isProtected()) {
      HostPage page = pages.at(leaf.folio());
      page.folio.zero();
      giveBack(vm.get(), gfn, page);
    } else {
      lendings.takeBack(vm.get(), gfn.value());
    }
    return Transition.DONE;
  }

  /** Makes a donated page the host's alone, whatever it holds; the frame is free again. */
  void giveBack(Vm vm, Gfn gfn, HostPage page) {
    vm.unmap(gfn.value());
    page.host = PageState.OWNED;
    page.owner = null;
    pages.update(page);
  }

  private Transition check(VmHandle handle, Gfn gfn, PageState guest, PageState host) {
    Optional<Vm> vm = vms.alive(handle);
    if (vm.isEmpty()) {
      return VmTable.notAlive(handle);
    }
    Transition reached = config.reaches(gfn.value(), 1);
    if (!reached.happened()) {
      return reached;
    }
    return switch (vm.get().leaf(gfn.value())) {
      case null -> nothingAt(gfn);
      case Leaf.Poisoned poisoned -> poisonedAt(gfn);
      case Leaf.Mapped leaf when leaf.size() != LeafSize.PAGE -> inBlock(gfn);
      case Leaf.Mapped leaf when leaf.state() != guest -> wrongState(vm.get(), gfn);
      case Leaf.Mapped leaf -> {
        HostPage page = pages.at(leaf.folio());
        yield page.host == host
            ? Transition.DONE
            : Transition.refused(Errno.EPERM, "the host has " + page);
      }
    };
  }

  private void flip(VmHandle handle, Gfn gfn, PageState guest, PageState host) {
    Vm vm = vms.alive(handle).orElseThrow();
    Leaf.Mapped leaf = vm.mapped(gfn.value());
    if (leaf == null) {
      throw new IllegalStateException("nothing is mapped at " + gfn);
    }
    vm.set(gfn.value(), leaf.with(guest));
    HostPage page = pages.at(leaf.folio());
    page.host = host;
    pages.update(page);
  }

  static Transition nothingAt(Gfn gfn) {
    return Transition.refused(Errno.ENOENT, "nothing is mapped at " + gfn);
  }

  static Transition poisonedAt(Gfn gfn) {
    return Transition.refused(Errno.EHWPOISON, "the host took the page at " + gfn + " by force");
  }

  static Transition wrongState(Vm vm, Gfn gfn) {
    return Transition.refused(
        Errno.EPERM, "%s is %s at %s".formatted(vm.handle, vm.state(gfn.value()), gfn));
  }

  static Transition inBlock(Gfn gfn) {
    return Transition.refused(Errno.E2BIG, gfn + " is in a block");
  }
}
