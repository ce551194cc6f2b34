package io.github.gmem4j.core.vm;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.policy.SlotChange;
import io.github.gmem4j.api.policy.SlotRefusal;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.api.vm.MemorySlot;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.core.kernel.HostKernel;
import io.github.gmem4j.core.lock.LockLevel;
import io.github.gmem4j.core.memory.Binding;
import io.github.gmem4j.core.memory.MemoryView;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The memory slots of one VM and how they change: {@code KVM_SET_USER_MEMORY_REGION2}. */
final class Slots {
  private final GuestMmu mmu;
  private final HostKernel kernel;
  private final GuestRequests requests;
  private final ReentrantLock slotsLock = new ReentrantLock();
  private volatile SlotTable table = SlotTable.EMPTY;

  Slots(GuestMmu mmu, HostKernel kernel, GuestRequests requests) {
    this.mmu = mmu;
    this.kernel = kernel;
    this.requests = requests;
  }

  SlotTable table() {
    return table;
  }

  void lock() {
    assert LockLevel.SLOTS.enter();
    slotsLock.lock();
  }

  void unlock() {
    slotsLock.unlock();
    assert LockLevel.SLOTS.leave();
  }

  /** Adds, moves or deletes a slot, with the kernel's checks in the kernel's order. */
  KernelResult<MemorySlot> set(SlotRequest request) {
    Optional<String> dead = mmu.deadBecause();
    if (dead.isPresent()) {
      return KernelResult.failed(Errno.EIO, dead.get());
    }
    Optional<String> objection = SlotChecks.objection(request, mmu.type());
    if (objection.isPresent()) {
      return KernelResult.failed(Errno.EINVAL, objection.get());
    }
    lock();
    try {
      // A VM that was closed meanwhile has lost its slots and gets no other.
      dead = mmu.deadBecause();
      if (dead.isPresent()) {
        return KernelResult.failed(Errno.EIO, dead.get());
      }
      Slot old = table.byId(request.slot());
      if (request.size().value() == 0) {
        return delete(request, old);
      }
      if (old != null) {
        return change(request, old);
      }
      return (request.flags() & SlotRequest.GUEST_MEMFD) != 0
          ? addBound(request)
          : add(Slot.ordinary(request), null, SlotChange.CREATE);
    } finally {
      unlock();
    }
  }

  /** Removes every slot. */
  void clear() {
    lock();
    try {
      for (Slot slot : table.all()) {
        remove(slot);
      }
    } finally {
      unlock();
    }
  }

  private KernelResult<MemorySlot> delete(SlotRequest request, @Nullable Slot old) {
    if (old == null) {
      return KernelResult.failed(Errno.EINVAL, "no slot " + request.slot() + " to delete");
    }
    Optional<SlotRefusal> refusal = mmu.refusalOfSlot(SlotChange.DELETE, old.flags());
    if (refusal.isPresent()) {
      return refused(refusal.get());
    }
    MemorySlot described = old.describe();
    remove(old);
    return KernelResult.ok(described);
  }

  private void remove(Slot slot) {
    table = table.without(slot);
    if (slot.addressSpace() == 0) {
      requests.cancel(GfnRange.of(slot.firstGfn(), slot.pages()));
    }
    if (slot.view() != null && slot.binding() != null) {
      slot.view().unbind(slot.binding());
    }
  }

  /** An ordinary slot may move and its flags may change; a bound one can only be deleted. */
  private KernelResult<MemorySlot> change(SlotRequest request, Slot old) {
    Slot wanted = Slot.ordinary(request);
    long fixed = SlotRequest.READONLY | SlotRequest.GUEST_MEMFD;
    if (old.isGuestMemfd()
        || (request.flags() & SlotRequest.GUEST_MEMFD) != 0
        || wanted.pages() != old.pages()
        || !wanted.userspace().equals(old.userspace())
        || ((wanted.flags() ^ old.flags()) & fixed) != 0) {
      return KernelResult.failed(
          Errno.EINVAL, "slot " + request.slot() + " exists and cannot be changed like that");
    }
    if (wanted.firstGfn() != old.firstGfn()) {
      return add(wanted, old, SlotChange.MOVE);
    }
    return wanted.flags() == old.flags()
        ? KernelResult.ok(old.describe())
        : add(wanted, old, SlotChange.FLAGS_ONLY);
  }

  private static KernelResult<MemorySlot> refused(SlotRefusal refusal) {
    return KernelResult.failed(refusal.errno(), refusal.reason());
  }

  private KernelResult<MemorySlot> add(Slot slot, @Nullable Slot replaced, SlotChange change) {
    Slot other = table.overlapping(slot, replaced);
    if (other != null) {
      return KernelResult.failed(
          Errno.EEXIST, "slot " + slot.id() + " would overlap slot " + other.id());
    }
    Optional<SlotRefusal> refusal = mmu.refusalOfSlot(change, slot.flags());
    if (refusal.isPresent()) {
      return refused(refusal.get());
    }
    table = (replaced == null ? table : table.without(replaced)).with(slot);
    return KernelResult.ok(slot.describe());
  }

  private KernelResult<MemorySlot> addBound(SlotRequest request) {
    Slot unbound = Slot.ordinary(request);
    Slot other = table.overlapping(unbound, null);
    if (other != null) {
      return KernelResult.failed(
          Errno.EEXIST, "slot " + request.slot() + " would overlap slot " + other.id());
    }
    Optional<GuestMemory> memory = request.memory();
    if (memory.isEmpty() || (memory.get() instanceof MemoryView view && !view.isOpen())) {
      return KernelResult.failed(Errno.EBADF, "no open guest memory for slot " + request.slot());
    }
    if (!(memory.get() instanceof MemoryView view) || view.guest() != mmu) {
      return KernelResult.failed(Errno.EINVAL, "not a guest memory of this VM: " + memory.get());
    }
    long offset = request.offset().value();
    long room = view.size().value() - request.size().value();
    if (offset < 0 || offset > room) {
      return KernelResult.failed(
          Errno.EINVAL, "past the end of the memory: offset " + request.offset());
    }
    PageIndex first = request.offset().page();
    return switch (view.bind(first.value(), unbound.pages(), unbound.firstGfn())) {
      case KernelResult.Failed<Binding> refused ->
          KernelResult.failed(refused.errno(), refused.reason());
      case KernelResult.Ok<Binding> bound -> addBound(request, view, bound.value());
    };
  }

  private KernelResult<MemorySlot> addBound(SlotRequest request, MemoryView view, Binding binding) {
    boolean memoryOnly = kernel.generation().keepsStateInMemory() || view.isMappable();
    KernelResult<MemorySlot> added =
        add(
            new Slot(
                request.slot(),
                request.flags(),
                binding.firstGfn(),
                binding.pages(),
                request.userspace(),
                view,
                binding,
                memoryOnly),
            null,
            SlotChange.CREATE);
    if (!added.succeeded()) {
      view.unbind(binding);
    }
    return added;
  }
}
