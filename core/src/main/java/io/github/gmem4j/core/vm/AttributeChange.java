package io.github.gmem4j.core.vm;

import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.ConversionOutcome.Rejected;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.core.kernel.HostKernel;
import io.github.gmem4j.core.memory.MemoryView;
import java.util.Optional;

/**
 * {@code KVM_SET_MEMORY_ATTRIBUTES} on a VM (generation C): no host page table is emptied, no
 * reference is checked, no byte is touched, since private and shared pages are different ones. In
 * generation A the call is accepted, and the state of the memory is what counts.
 */
final class AttributeChange {
  private AttributeChange() {}

  static ConversionOutcome apply(InMemoryVm vm, GpaRange range, long wanted, long flags) {
    Optional<String> dead = vm.mmu().deadBecause();
    if (dead.isPresent()) {
      return new Rejected(Errno.EIO, dead.get());
    }
    if (!vm.kernel().generation().takesVmAttributes()) {
      return new Rejected(Errno.ENOTTY, "this kernel converts through the guest memory");
    }
    long supported = vm.type().privateMemory() ? Shareability.ATTRIBUTE_PRIVATE : 0;
    if (flags != 0) {
      return invalid("flags must be 0: 0x" + Long.toHexString(flags));
    }
    if ((wanted & ~supported) != 0) {
      return invalid("unsupported attributes: 0x" + Long.toHexString(wanted));
    }
    if (range.isEmptyOrWraps()) {
      return invalid("the range is empty or wraps around: " + range);
    }
    if (!range.isPageAligned()) {
      return invalid("the range is not page aligned: " + range);
    }
    long first = range.start().gfn().value();
    Slots slots = vm.slotsInternal();
    slots.lock();
    try {
      dead = vm.mmu().deadBecause();
      if (dead.isPresent()) {
        return new Rejected(Errno.EIO, dead.get());
      }
      return store(vm, first, first + range.size().wholePages().value(), wanted != 0);
    } finally {
      slots.unlock();
    }
  }

  private static Rejected invalid(String reason) {
    return new Rejected(Errno.EINVAL, reason);
  }

  private static ConversionOutcome store(InMemoryVm vm, long first, long end, boolean toPrivate) {
    VmAttributes attributes = vm.attributes();
    Shareability target = toPrivate ? Shareability.PRIVATE : Shareability.SHARED;
    if (toPrivate ? attributes.allPrivate(first, end) : attributes.allShared(first, end)) {
      return new ConversionOutcome.AlreadyThere(target);
    }
    if (toPrivate && vm.kernel().faults().injects(HostKernel.RESERVE_STATE, first)) {
      return new Rejected(Errno.ENOMEM, "no memory to make frames private");
    }
    GuestMmu mmu = vm.mmu();
    mmu.beginInvalidation(first, end);
    try {
      if (vm.kernel().generation().keepsStateInMemory()) {
        mmu.zapped();
      } else {
        zap(vm, first, end, target.opposite());
      }
      if (toPrivate) {
        attributes.setPrivate(first, end);
      } else {
        attributes.setShared(first, end);
      }
    } finally {
      mmu.endInvalidation();
    }
    return new ConversionOutcome.Converted(target);
  }

  /** Takes the guest's mappings of a kind away and releases the MMU lock. */
  private static void zap(InMemoryVm vm, long first, long end, Shareability kind) {
    GuestMmu mmu = vm.mmu();
    try {
      for (Slot slot : vm.slotsInternal().table().all()) {
        MemoryView view = slot.openView();
        if (view != null && slot.overlaps(first, end)) {
          long from = Math.max(first, slot.firstGfn());
          long to = Math.min(end, slot.endGfn());
          view.unmapForGuest(slot.pageOf(from), slot.pageOf(to), kind);
        }
      }
      if (kind == Shareability.PRIVATE && mmu.hasPlatform()) {
        mmu.zapPrivate(first, end);
      }
    } finally {
      mmu.zapped();
    }
  }
}
