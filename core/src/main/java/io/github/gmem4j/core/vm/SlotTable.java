package io.github.gmem4j.core.vm;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All slots of a VM in ascending order of address space and frame. Immutable: a change makes a new
 * table, so that a guest access reads it without a lock.
 */
final class SlotTable {
  static final SlotTable EMPTY = new SlotTable(List.of());

  private final List<Slot> slots;
  private final Slot[] mainSpace;

  private SlotTable(List<Slot> slots) {
    this.slots = slots;
    this.mainSpace =
        slots.stream().filter(slot -> slot.addressSpace() == 0).toArray(Slot[]::new);
  }

  List<Slot> all() {
    return slots;
  }

  @Nullable Slot byId(int id) {
    for (Slot slot : slots) {
      if (slot.id() == id) {
        return slot;
      }
    }
    return null;
  }

  /** Returns the slot of address space 0, where guests run, that covers a frame. */
  @Nullable Slot at(long gfn) {
    int low = 0;
    int high = mainSpace.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      Slot slot = mainSpace[middle];
      if (gfn < slot.firstGfn()) {
        high = middle - 1;
      } else if (gfn >= slot.endGfn()) {
        low = middle + 1;
      } else {
        return slot;
      }
    }
    return null;
  }

  /** Returns a slot other than {@code except} that has frames in common with another. */
  @Nullable Slot overlapping(Slot other, @Nullable Slot except) {
    for (Slot slot : slots) {
      if (!slot.equals(except)
          && slot.addressSpace() == other.addressSpace()
          && slot.overlaps(other.firstGfn(), other.endGfn())) {
        return slot;
      }
    }
    return null;
  }

  SlotTable replacing(@Nullable Slot old, @Nullable Slot added) {
    List<Slot> changed = new ArrayList<>(slots);
    if (old != null) {
      changed.remove(old);
    }
    if (added != null) {
      changed.add(added);
    }
    changed.sort(Comparator.comparingInt(Slot::addressSpace).thenComparingLong(Slot::firstGfn));
    return new SlotTable(List.copyOf(changed));
  }
}
