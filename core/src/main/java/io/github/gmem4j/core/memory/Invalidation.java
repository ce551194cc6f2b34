package io.github.gmem4j.core.memory;

import io.github.gmem4j.api.memory.Shareability;
import java.util.Optional;

/**
 * What happens in every VM that has pages of a range bound, while the range changes hands. The
 * memory's lock is held exclusively from {@code begin} to {@code end}, so that bindings stay and the
 * two are balanced.
 */
final class Invalidation {
  private Invalidation() {}

  /** Begins on all VMs bound to the range and takes away their mappings of a kind. */
  static void begin(Inode inode, long first, long end, Zap zap) {
    for (MemoryView view : inode.views()) {
      for (Binding binding : view.bindings()) {
        if (binding.overlaps(first, end)) {
          zap(view, binding, Math.max(first, binding.firstPage()), Math.min(end, binding.endPage()), zap);
        }
      }
    }
  }

  /** Ends on all VMs bound to the range. */
  static void end(Inode inode, long first, long end) {
    for (MemoryView view : inode.views()) {
      for (Binding binding : view.bindings()) {
        if (binding.overlaps(first, end)) {
          view.guest().endInvalidation();
        }
      }
    }
  }

  /** Begins on one binding of one view and takes away its mappings. */
  static void zap(MemoryView view, Binding binding, long first, long end, Zap zap) {
    GuestSide guest = view.guest();
    long firstGfn = binding.gfnOf(first);
    long endGfn = binding.gfnOf(end);
    guest.beginInvalidation(firstGfn, endGfn);
    try {
      if (zap.takesShared()) {
        view.unmapForGuest(first, end, Shareability.SHARED);
      }
      if (zap.takesPrivate()) {
        view.unmapForGuest(first, end, Shareability.PRIVATE);
      }
      if (zap.takesPrivate() && guest.hasPlatform()) {
        guest.zapPrivate(firstGfn, endGfn);
      }
    } finally {
      guest.zapped();
    }
  }

  /** Returns the first objection of a platform to a range becoming shared. */
  static Optional<String> objectionToSharing(Inode inode, long first, long end) {
    for (MemoryView view : inode.views()) {
      if (!view.guest().hasPlatform()) {
        continue;
      }
      for (Binding binding : view.bindings()) {
        if (binding.overlaps(first, end)) {
          Optional<String> objection =
              view.guest()
                  .objectionToSharing(
                      binding.gfnOf(Math.max(first, binding.firstPage())),
                      binding.gfnOf(Math.min(end, binding.endPage())));
          if (objection.isPresent()) {
            return objection;
          }
        }
      }
    }
    return Optional.empty();
  }
}
