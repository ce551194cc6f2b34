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
   * Checks the size and alignment of a request before any state is looked at; no number can make
   * the check overflow. {@code __guest_check_transition_size}.
   *
   * @param pfn the first physical frame
   * @param gfn the first frame of the guest
   * @param pages how many, unsigned 64 bits
   */
  static Transition check(long pfn, long gfn, long pages) {
    Optional<LeafSize> size = ofPages(pages);
    if (size.isEmpty()) {
      return Transition.refused(
          Errno.EINVAL, "neither a page nor a block: " + Long.toUnsignedString(pages) + " pages");
    }
    if (((pfn | gfn) & (size.get().pages - 1)) != 0) {
      return Transition.refused(
          Errno.EINVAL, "not aligned to %s: pfn 0x%x, gfn 0x%x".formatted(size.get(), pfn, gfn));
    }
    return Transition.DONE;
  }

  /**
   * Tells whether physical frames can exist; no number can make the check overflow. {@code
   * pfn_range_is_valid}.
   *
   * @param pages how many, unsigned 64 bits
   */
  static boolean areFrames(long pfn, long pages) {
    return pfn >= 0 && pfn < PFN_LIMIT && Long.compareUnsigned(pages, PFN_LIMIT - pfn) <= 0;
  }
}
