package io.github.gmem4j.backend.kvm.vm;

import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.api.vm.MemorySlot;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.backend.kvm.memory.KvmGuestMemory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The slots that the kernel has accepted: it has no call that lists them. Not thread-safe. */
final class SlotBooks {
  private final Map<Integer, MemorySlot> slots = new TreeMap<>();

  /** Notes a change that the kernel made; returns the slot added or deleted. */
  MemorySlot note(SlotRequest request) {
    if (request.size().value() == 0) {
      MemorySlot deleted = slots.remove(request.slot());
      if (deleted == null) {
        throw new IllegalStateException("the kernel deleted a slot unknown here: " + request);
      }
      return describe(deleted);
    }
    MemorySlot added =
        new MemorySlot(
            request.slot(),
            request.flags(),
            new GfnRange(request.gpa().gfn(), request.size().wholePages()),
            request.userspace(),
            (request.flags() & SlotRequest.GUEST_MEMFD) != 0 ? request.memory() : Optional.empty(),
            request.offset().page());
    slots.put(request.slot(), added);
    return describe(added);
  }

  List<MemorySlot> all() {
    return slots.values().stream()
        .map(SlotBooks::describe)
        .sorted(
            Comparator.comparingInt(MemorySlot::addressSpace)
                .thenComparing(slot -> slot.frames().first()))
        .toList();
  }

  /** Returns the slot of a frame in address space 0. */
  Optional<MemorySlot> at(Gfn frame) {
    return slots.values().stream()
        .filter(slot -> slot.addressSpace() == 0 && slot.frames().contains(frame))
        .map(SlotBooks::describe)
        .findFirst();
  }

  /** Returns the frames of address space 0 behind which bytes of a memory lie, slot by slot. */
  List<GfnRange> framesOf(GuestMemory memory, ByteRange range) {
    long begin = range.start().value() >>> Page.SHIFT;
    long end = begin + range.size().wholePages().value();
    List<GfnRange> found = new ArrayList<>();
    for (MemorySlot slot : slots.values()) {
      long first = Math.max(begin, slot.firstPage().value());
      long last = Math.min(end, slot.firstPage().value() + slot.frames().count().value());
      if (slot.addressSpace() == 0
          && slot.memory().filter(memory::equals).isPresent()
          && first < last) {
        long gfn = slot.frames().first().value() + first - slot.firstPage().value();
        found.add(new GfnRange(new Gfn(gfn), new PageCount(last - first)));
      }
    }
    return found;
  }

  void clear() {
    slots.clear();
  }

  /** A memory that was closed is bound no more; its slot stays. */
  private static MemorySlot describe(MemorySlot slot) {
    Optional<GuestMemory> memory =
        slot.memory().filter(bound -> !(bound instanceof KvmGuestMemory kvm) || !kvm.isClosed());
    return new MemorySlot(
        slot.slot(), slot.flags(), slot.frames(), slot.userspace(), memory, slot.firstPage());
  }
}
