package io.github.gmem4j.core.vm;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All slots of a VM in ascending order of address space and frame. Immutable: a change makes a new
 * table, so that a guest access reads it without a lock.
 */
final class SlotTable {
  static final SlotTable EMPTY = new SlotTable(new Slot[0]);

  private final Slot[] slots;
  // Address space 0, where guests run, comes first.
  private final int inMainSpace;

  private SlotTable(Slot[] slots) {
    this.slots = slots;
    int main = 0;
    while (main < slots.length && slots[main].addressSpace() == 0) {
      main++;
    }
    this.inMainSpace = main;
  }

  List<Slot> all() {
    return List.of(slots);
  }

  @Nullable Slot byId(int id) {
    for (Slot slot : slots) {
      if (slot.id() == id) {
        return slot;
      }
    }
    return null;
  }

  /** Returns the slot of address space 0 that covers a frame. */
  @Nullable Slot at(long gfn) {
    int low = 0;
    int high = inMainSpace - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      Slot slot = slots[middle];
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
      if (slot.addressSpace() == other.addressSpace()
          && slot.overlaps(other.firstGfn(), other.endGfn())
          && !slot.equals(except)) {
        return slot;
      }
    }
    return null;
  }

  /** Returns the table without a slot of this one. */
  SlotTable without(Slot gone) {
    Slot[] left = new Slot[slots.length - 1];
    int at = 0;
    for (Slot slot : slots) {
      if (slot.id() != gone.id()) {
        left[at++] = slot;
      }
    }
    return new SlotTable(left);
  }

  /** Returns the table with one more slot, whose id and frames are free. */
  SlotTable with(Slot added) {
    Slot[] more = new Slot[slots.length + 1];
    int at = 0;
    while (at < slots.length && comesBefore(slots[at], added)) {
      more[at] = slots[at];
      at++;
    }
    more[at] = added;
    System.arraycopy(slots, at, more, at + 1, slots.length - at);
    return new SlotTable(more);
  }

  private static boolean comesBefore(Slot one, Slot other) {
    return one.addressSpace() != other.addressSpace()
        ? one.addressSpace() < other.addressSpace()
        : one.firstGfn() < other.firstGfn();
  }
}
