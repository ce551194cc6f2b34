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
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * The slots that the kernel has accepted at one moment: it has no call that lists them. Immutable,
 * so that a guest's access finds its slot without a lock: a change makes new books.
 */
final class SlotBooks {
  /** The books of a VM without slots. */
  static final SlotBooks EMPTY = new SlotBooks(List.of(), List.of());

  private static final Comparator<MemorySlot> BY_NUMBER = Comparator.comparingInt(MemorySlot::slot);

  /** Within address space 0, where slots do not overlap. */
  private static final Comparator<MemorySlot> BY_FRAME =
      Comparator.comparing(slot -> slot.frames().first());

  private final List<MemorySlot> byNumber;
  private final List<MemorySlot> byFrame;

  private SlotBooks(List<MemorySlot> byNumber, List<MemorySlot> byFrame) {
    this.byNumber = byNumber;
    this.byFrame = byFrame;
  }

  /** Returns the books after a slot was added, or changed. */
  SlotBooks with(MemorySlot slot) {
    SlotBooks others = without(slot.slot());
    return new SlotBooks(
        inserted(others.byNumber, slot, BY_NUMBER),
        slot.addressSpace() == 0 ? inserted(others.byFrame, slot, BY_FRAME) : others.byFrame);
  }

  /** Returns the books after a slot was deleted. */
  SlotBooks without(int number) {
    int at = place(byNumber, slot -> Integer.compare(slot.slot(), number));
    if (at < 0) {
      return this;
    }
    MemorySlot gone = byNumber.get(at);
    return new SlotBooks(
        removed(byNumber, at),
        gone.addressSpace() == 0
            ? removed(byFrame, Collections.binarySearch(byFrame, gone, BY_FRAME))
            : byFrame);
  }

  private static List<MemorySlot> inserted(
      List<MemorySlot> slots, MemorySlot slot, Comparator<MemorySlot> order) {
    List<MemorySlot> changed = new ArrayList<>(slots);
    changed.add(-1 - Collections.binarySearch(slots, slot, order), slot);
    return changed;
  }

  private static List<MemorySlot> removed(List<MemorySlot> slots, int at) {
    List<MemorySlot> changed = new ArrayList<>(slots);
    changed.remove(at);
    return changed;
  }

  /** Binary search by what a slot is compared with; as {@link Collections#binarySearch} answers. */
  private static int place(List<MemorySlot> slots, ToIntFunction<MemorySlot> compare) {
    int low = 0;
    int high = slots.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = compare.applyAsInt(slots.get(middle));
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1 - low;
  }

  /** Returns the slot that a request adds. */
  static MemorySlot added(SlotRequest request) {
    return new MemorySlot(
        request.slot(),
        request.flags(),
        new GfnRange(request.gpa().gfn(), request.size().wholePages()),
        request.userspace(),
        (request.flags() & SlotRequest.GUEST_MEMFD) != 0 ? request.memory() : Optional.empty(),
        request.offset().page());
  }

  /** Returns the slot with a number. */
  Optional<MemorySlot> numbered(int number) {
    int at = place(byNumber, slot -> Integer.compare(slot.slot(), number));
    return at < 0 ? Optional.empty() : Optional.of(describe(byNumber.get(at)));
  }

  List<MemorySlot> all() {
    return byNumber.stream()
        .map(SlotBooks::describe)
        .sorted(
            Comparator.comparingInt(MemorySlot::addressSpace)
                .thenComparing(slot -> slot.frames().first()))
        .toList();
  }

  /** Returns the slot of a frame in address space 0. */
  Optional<MemorySlot> at(Gfn frame) {
    int at =
        place(
            byFrame,
            slot -> slot.frames().contains(frame) ? 0 : slot.frames().first().compareTo(frame));
    return at < 0 ? Optional.empty() : Optional.of(describe(byFrame.get(at)));
  }

  /** Returns the frames of address space 0 behind which bytes of a memory lie, slot by slot. */
  List<GfnRange> framesOf(GuestMemory memory, ByteRange range) {
    long begin = range.start().value() >>> Page.SHIFT;
    long end = begin + range.size().wholePages().value();
    List<GfnRange> found = new ArrayList<>();
    for (MemorySlot slot : byFrame) {
      long first = Math.max(begin, slot.firstPage().value());
      long last = Math.min(end, slot.firstPage().value() + slot.frames().count().value());
      if (slot.memory().filter(memory::equals).isPresent() && first < last) {
        long gfn = slot.frames().first().value() + first - slot.firstPage().value();
        found.add(new GfnRange(new Gfn(gfn), new PageCount(last - first)));
      }
    }
    return found;
  }

  /** A memory that was closed is bound no more; its slot stays. */
  private static MemorySlot describe(MemorySlot slot) {
    Optional<GuestMemory> memory =
        slot.memory().filter(bound -> !(bound instanceof KvmGuestMemory kvm) || !kvm.isClosed());
    return new MemorySlot(
        slot.slot(), slot.flags(), slot.frames(), slot.userspace(), memory, slot.firstPage());
  }
}
