package io.github.gmem4j.api.vm;

import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import java.util.Optional;

/**
 * A memory slot: guest frames and what lies behind them.
 *
 * @param slot slot id with its address space in the high 16 bits
 * @param flags the flags it was made with
 * @param frames the guest frames it covers
 * @param userspace where its bytes lie in the VMM process
 * @param memory the guest memory it was bound to; empty for an ordinary slot, and once that memory
 *     was closed
 * @param firstPage the page of the guest memory at which the slot begins
 */
public record MemorySlot(
    int slot,
    long flags,
    GfnRange frames,
    HostVirtualAddress userspace,
    Optional<GuestMemory> memory,
    PageIndex firstPage) {

  /** Returns the slot's address space. */
  public int addressSpace() {
    return slot >>> 16;
  }

  /** Tells whether the slot was made with a guest memory, closed since or not. */
  public boolean isGuestMemfd() {
    return (flags & SlotRequest.GUEST_MEMFD) != 0;
  }

  /**
   * Returns the page of the guest memory behind a frame.
   *
   * @throws IllegalArgumentException if the frame is not in this slot
   */
  public PageIndex pageOf(Gfn gfn) {
    if (!frames.contains(gfn)) {
      throw new IllegalArgumentException(gfn + " is not in slot " + slot + ", " + frames);
    }
    return new PageIndex(firstPage.value() + gfn.value() - frames.first().value());
  }

  /**
   * Returns the pages of the guest memory behind the part of a range that this slot covers.
   *
   * @throws IllegalArgumentException if the range and the slot have nothing in common
   */
  public PageRange pagesOf(GfnRange range) {
    if (!frames.overlaps(range)) {
      throw new IllegalArgumentException(range + " does not touch slot " + slot + ", " + frames);
    }
    long from = Math.max(range.first().value(), frames.first().value());
    long to = Math.min(range.endExclusive(), frames.endExclusive());
    return PageRange.of(firstPage.value() + from - frames.first().value(), to - from);
  }
}
