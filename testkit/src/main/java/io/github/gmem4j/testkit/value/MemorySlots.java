package io.github.gmem4j.testkit.value;

import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.api.vm.HostVirtualAddress;
import io.github.gmem4j.api.vm.MemorySlot;
import io.github.gmem4j.api.vm.SlotRequest;
import java.util.Optional;

/** Builds a {@link MemorySlot}: without more said, slot 0 with 16 pages at frame 0. */
public final class MemorySlots {
  private final Optional<GuestMemory> memory;
  private int slot;
  private GfnRange frames = GfnRange.of(0, 16);
  private PageIndex firstPage = new PageIndex(0);

  private MemorySlots(Optional<GuestMemory> memory) {
    this.memory = memory;
  }

  /** Begins a slot that is bound to a memory, which may be a mock. */
  public static MemorySlots boundTo(GuestMemory memory) {
    return new MemorySlots(Optional.of(memory));
  }

  /** Begins a slot that was bound to a memory which is closed now. */
  public static MemorySlots boundToClosedMemory() {
    return new MemorySlots(Optional.empty());
  }

  /** Sets the slot id. */
  public MemorySlots id(int value) {
    slot = value;
    return this;
  }

  /** Sets the frames it covers. */
  public MemorySlots frames(Gfn first, long count) {
    frames = GfnRange.of(first.value(), count);
    return this;
  }

  /** Sets the page of the memory at which it begins. */
  public MemorySlots fromPage(long page) {
    firstPage = new PageIndex(page);
    return this;
  }

  /** Returns the slot. */
  public MemorySlot build() {
    return new MemorySlot(
        slot, SlotRequest.GUEST_MEMFD, frames, HostVirtualAddress.NULL, memory, firstPage);
  }
}
