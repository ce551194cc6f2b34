package io.github.gmem4j.conformance.pkvm.kvm;

import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.conformance.pkvm.host.PhysicalPage;
import java.util.List;

/** What a memory slot shows to the guest. */
sealed interface SlotMemory {
  /** A part of the host memory, from a byte offset on, which may be past its end. */
  record OfHost(long offset) implements SlotMemory {
    /** Returns the page of the host memory behind a page of the slot. */
    long page(long index) {
      return (offset >>> Page.SHIFT) + index;
    }
  }

  /** A guest_memfd of its own, created with flags. */
  record OfGuestMemory(long flags, List<PhysicalPage> pages) implements SlotMemory {
    /** {@code GUEST_MEMFD_FLAG_MMAP}: the host may map it. */
    static final long MMAP = 1;

    /** {@code GUEST_MEMFD_FLAG_INIT_SHARED}. */
    static final long INIT_SHARED = 2;

    /** Copies the list. */
    public OfGuestMemory {
      pages = List.copyOf(pages);
    }
  }

  /** The page of guest code that the recorder keeps for itself. */
  record OfCode(PhysicalPage page) implements SlotMemory {}
}
