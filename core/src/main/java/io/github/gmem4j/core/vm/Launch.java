package io.github.gmem4j.core.vm;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.Granting;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.core.boundary.Answered;
import io.github.gmem4j.core.memory.MemoryView;
import io.github.gmem4j.core.memory.PhysicalPage;
import java.util.Arrays;
import java.util.Optional;

/** Loading the initial image: page by page, until the launch is finalized. */
final class Launch {
  private final InMemoryVm vm;
  private boolean complete;

  Launch(InMemoryVm vm) {
    this.vm = vm;
  }

  synchronized KernelResult<VirtualMachine> complete() {
    Optional<String> dead = vm.mmu().deadBecause();
    if (dead.isPresent()) {
      return KernelResult.failed(Errno.EIO, dead.get());
    }
    if (complete) {
      return KernelResult.failed(Errno.EINVAL, "the launch is finalized already");
    }
    vm.mmu().lock();
    try {
      if (vm.mmu().isTornDown()) {
        return KernelResult.failed(Errno.EIO, InMemoryVm.CLOSED);
      }
      vm.mmu().platform().finalizeLaunch();
    } finally {
      vm.mmu().unlock();
    }
    complete = true;
    return KernelResult.ok(vm);
  }

  synchronized KernelResult<PageCount> populate(GpaRange range, Optional<byte[]> source) {
    Optional<String> dead = vm.mmu().deadBecause();
    if (dead.isPresent()) {
      return KernelResult.failed(Errno.EIO, dead.get());
    }
    if (complete) {
      return KernelResult.failed(Errno.EINVAL, "the launch is finalized");
    }
    if (range.isEmptyOrWraps() || !range.isPageAligned()) {
      return KernelResult.failed(Errno.EINVAL, "not a range of whole pages: " + range);
    }
    if (source.isEmpty() && !vm.kernel().generation().keepsStateInMemory()) {
      return KernelResult.failed(Errno.EINVAL, "this kernel needs a source");
    }
    if (source.isPresent() && source.get().length != range.size().value()) {
      return KernelResult.failed(
          Errno.EINVAL, "the source has " + source.get().length + " bytes, not " + range.size());
    }
    long first = range.start().gfn().value();
    Slot slot = vm.slotAt(first);
    if (slot == null || !slot.isGuestMemfd()) {
      return KernelResult.failed(Errno.EINVAL, "no guest memory at " + range.start());
    }
    // As the kernel does: what lies past the end of the slot is left out.
    long pages = Math.min(range.size().wholePages().value(), slot.endGfn() - first);
    for (long done = 0; done < pages; done++) {
      KernelResult<PageCount> page = populate(slot, first + done, slice(source, done));
      if (page instanceof KernelResult.Failed<PageCount>) {
        return done == 0 ? page : KernelResult.ok(new PageCount(done));
      }
    }
    return KernelResult.ok(new PageCount(pages));
  }

  private static Optional<byte[]> slice(Optional<byte[]> source, long page) {
    int from = (int) (page << Page.SHIFT);
    return source.map(bytes -> Arrays.copyOfRange(bytes, from, from + Page.BYTES));
  }

  private KernelResult<PageCount> populate(Slot slot, long gfn, Optional<byte[]> source) {
    while (true) {
      Optional<String> dead = vm.mmu().deadBecause();
      if (dead.isPresent()) {
        return KernelResult.failed(Errno.EIO, dead.get());
      }
      long sequence = vm.mmu().sequence();
      if (!slot.equals(vm.slotAt(gfn))) {
        return KernelResult.failed(Errno.EINVAL, "slot " + slot.id() + " is gone");
      }
      MemoryView view = slot.openView();
      if (view == null) {
        return KernelResult.failed(Errno.EFAULT, "the memory of slot " + slot.id() + " is closed");
      }
      if (vm.stateOf(gfn, slot) != Shareability.PRIVATE) {
        return KernelResult.failed(Errno.EINVAL, "not private: " + new Gfn(gfn));
      }
      PhysicalPage page = view.findForGuest(slot.pageOf(gfn));
      if (page == null && view.isReleased()) {
        continue;
      }
      if (page == null) {
        return KernelResult.failed(Errno.ENOMEM, "no memory for " + new Gfn(gfn));
      }
      if (page.isPoisoned()) {
        return KernelResult.failed(Errno.EHWPOISON, "poisoned: " + new Gfn(gfn));
      }
      if (!view.claim(slot.pageOf(gfn), page, Shareability.PRIVATE)) {
        return KernelResult.failed(Errno.EPERM, "belongs to another VM: " + new Gfn(gfn));
      }
      vm.mmu().lock();
      try {
        if (vm.mmu().isStale(sequence, gfn)) {
          continue;
        }
        switch (add(page, gfn, source)) {
          case Granting.Granted granted -> {
            view.mapForGuest(page, Shareability.PRIVATE);
            return KernelResult.ok(PageCount.ONE);
          }
          case Granting.Denied denied -> {
            return KernelResult.failed(Errno.EIO, "the platform answered " + denied);
          }
          case Granting.NotShared notShared ->
              throw new IllegalStateException(
                  "an image page cannot be answered with " + notShared + ": gfn " + gfn);
          case Granting.Busy busy -> {}
        }
      } finally {
        vm.mmu().unlock();
      }
      // As the kernel does: try again until a signal comes.
      if (Thread.currentThread().isInterrupted()) {
        return KernelResult.failed(Errno.EINTR, "the platform is busy with " + new Gfn(gfn));
      }
    }
  }

  private Granting add(PhysicalPage page, long gfn, Optional<byte[]> source) {
    return Answered.by(
        vm.policy(), "Platform.populate", vm.mmu().platform().populate(new Gfn(gfn), page, source));
  }
}
