package io.github.gmem4j.policy.pkvm.el2;

import io.github.gmem4j.api.memory.Errno;
import java.util.Optional;

/** The sizes a guest's mapping may have: a page, or a block of the level above. */
enum LeafSize {
  /** 4 KiB. */
  PAGE(1),
  /** 2 MiB. */
  BLOCK(512);

  // A physical address has at most 52 bits.
  private static final long PFN_LIMIT = 1L << 40;

  private final int pages;

  LeafSize(int pages) {
    this.pages = pages;
  }

  int pages() {
    return pages;
  }

  /** Returns the frame at which the mapping of this size around a frame begins. */
  long firstFrame(long gfn) {
    return gfn & -pages;
  }

  /** Returns the size of so many pages, if there is one. */
  static Optional<LeafSize> ofPages(long pages) {
    for (LeafSize size : values()) {
      if (size.pages == pages) {
        return Optional.of(size);
      }
    }
    return Optional.empty();
  }

  /**
   * Checks a request before any state is looked at; no number can make the check overflow.
   *
   * @param pfn the first physical frame
   * @param gfn the first frame of the guest
   * @param pages how many, unsigned 64 bits
   * @param frames how many frames the guest can have
   */
  static Transition check(long pfn, long gfn, long pages, long frames) {
    Optional<LeafSize> size = ofPages(pages);
    if (size.isEmpty()) {
      return Transition.refused(
          Errno.EINVAL, "neither a page nor a block: " + Long.toUnsignedString(pages) + " pages");
    }
    if (((pfn | gfn) & (size.get().pages - 1)) != 0) {
      return Transition.refused(
          Errno.EINVAL, "not aligned to %s: pfn 0x%x, gfn 0x%x".formatted(size.get(), pfn, gfn));
    }
    if (pfn < 0 || pfn > PFN_LIMIT - pages) {
      return Transition.refused(Errno.EINVAL, "no physical page: pfn 0x%x".formatted(pfn));
    }
    if (gfn < 0 || gfn > frames - pages) {
      return Transition.refused(
          Errno.EINVAL, "beyond the guest's addresses: gfn 0x%x".formatted(gfn));
    }
    return Transition.DONE;
  }
}
