package io.github.gmem4j.core.memory;

import io.github.gmem4j.api.memory.Shareability;

/**
 * What happens in every VM that has pages of a range bound, while the range changes hands. The
 * memory's lock is held exclusively from {@code begin} to {@code end}, so that bindings stay and
 * the two are balanced.
 */
final class Invalidation {
  private Invalidation() {}

  /**
   * Begins on all VMs bound to the range and takes away their mappings of a kind. If a platform
   * throws, what was begun is ended before the exception is passed on.
   */
  static void begin(Inode inode, long first, long end, Zap zap) {
    int begun = 0;
    try {
      for (MemoryView view : inode.views()) {
        for (Binding binding : view.bindings()) {
          if (binding.overlaps(first, end)) {
            long from = Math.max(first, binding.firstPage());
            long to = Math.min(end, binding.endPage());
            begin(view, binding, from, to, zap);
            begun++;
          }
        }
      }
    } catch (RuntimeException | Error e) {
      end(inode, first, end, begun);
      throw e;
    }
  }

  /** Ends on all VMs bound to the range. */
  static void end(Inode inode, long first, long end) {
    end(inode, first, end, Integer.MAX_VALUE);
  }

  private static void end(Inode inode, long first, long end, int most) {
    int left = most;
    for (MemoryView view : inode.views()) {
      for (Binding binding : view.bindings()) {
        if (binding.overlaps(first, end) && left-- > 0) {
          view.guest().endInvalidation();
        }
      }
    }
  }

  /** Begins on one binding of one view and takes away its mappings. */
  static void begin(MemoryView view, Binding binding, long first, long end, Zap zap) {
    GuestSide guest = view.guest();
    long firstGfn = binding.gfnOf(first);
    long endGfn = binding.gfnOf(end);
    boolean done = false;
    guest.beginInvalidation(firstGfn, endGfn);
    try {
      if (zap.takesShared()) {
        view.unmapForGuest(first, end, Shareability.SHARED);
      }
      if (zap.takesPrivate()) {
        view.unmapForGuest(first, end, Shareability.PRIVATE);
        if (guest.hasPlatform()) {
          guest.zapPrivate(firstGfn, endGfn);
        }
      }
      done = true;
    } finally {
      guest.zapped();
      if (!done) {
        guest.endInvalidation();
      }
    }
  }
}
