package io.github.gmem4j.core.vm;

import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.api.vm.HostVirtualAddress;
import io.github.gmem4j.api.vm.MemorySlot;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.core.memory.Binding;
import io.github.gmem4j.core.memory.MemoryView;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A memory slot from the inside. The view is a weak reference: its file may be gone while the slot
 * stays.
 *
 * @param id slot id, address space in the high 16 bits
 * @param flags as the VMM gave them
 * @param firstGfn the first frame
 * @param pages how many
 * @param userspace where its bytes lie in the VMM process
 * @param view the memory it was bound to, null for an ordinary slot
 * @param binding the binding in that view
 * @param memoryOnly whether shared accesses, too, are served by the memory
 */
public record Slot(
    int id,
    long flags,
    long firstGfn,
    long pages,
    HostVirtualAddress userspace,
    @Nullable MemoryView view,
    @Nullable Binding binding,
    boolean memoryOnly) {

  static Slot ordinary(SlotRequest request) {
    return new Slot(
        request.slot(),
        request.flags(),
        request.gpa().gfn().value(),
        request.size().wholePages().value(),
        request.userspace(),
        null,
        null,
        false);
  }

  int addressSpace() {
    return id >>> 16;
  }

  long endGfn() {
    return firstGfn + pages;
  }

  boolean overlaps(long first, long end) {
    return firstGfn < end && first < endGfn();
  }

  /** Returns the memory's view if its file still exists. */
  public @Nullable MemoryView openView() {
    return view != null && !view.isReleased() ? view : null;
  }

  /** Returns the index in the memory of a frame's page. */
  public long pageOf(long gfn) {
    return (binding == null ? 0 : binding.firstPage()) + gfn - firstGfn;
  }

  /** Returns where a frame's bytes lie in the VMM process. */
  public HostVirtualAddress userspaceOf(long gfn) {
    return userspace.plus((gfn - firstGfn) << Page.SHIFT);
  }

  /** Tells whether the guest may not write. */
  public boolean isReadOnly() {
    return (flags & SlotRequest.READONLY) != 0;
  }

  /** Tells whether the slot was bound to a guest memory. */
  public boolean isGuestMemfd() {
    return view != null;
  }

  MemorySlot describe() {
    MemoryView open = openView();
    Optional<GuestMemory> memory = open == null ? Optional.empty() : Optional.of(open);
    return new MemorySlot(
        id,
        flags,
        GfnRange.of(firstGfn, pages),
        userspace,
        memory,
        new PageIndex(pageOf(firstGfn)));
  }
}
