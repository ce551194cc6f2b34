package io.github.gmem4j.policy.tdx.guest;

import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.policy.tdx.tdcall.PageSize;
import java.util.Optional;

/**
 * A walk through private pages, one at a time, each at the largest size that fits and works.
 *
 * @param at the page
 * @param end one past the last byte
 * @param size the size now tried at {@code at}
 */
record PageWalk(Gpa at, long end, PageSize size) {
  /**
   * Begins a walk.
   *
   * @param largest the size to try first
   * @return empty if the range is
   */
  static Optional<PageWalk> over(GpaRange range, PageSize largest) {
    return at(range.start(), range.start().value() + range.size().value(), largest);
  }

  private static Optional<PageWalk> at(Gpa at, long end, PageSize largest) {
    return Long.compareUnsigned(at.value(), end) >= 0
        ? Optional.empty()
        : Optional.of(new PageWalk(at, end, fitting(at, end - at.value(), largest)));
  }

  /** Returns the largest size that is aligned and not longer than what is left. */
  static PageSize fitting(Gpa at, long left, PageSize largest) {
    boolean fits = largest.isAligned(at) && largest.bytes() <= left;
    return fits
        ? largest
        : largest.smaller().map(size -> fitting(at, left, size)).orElse(PageSize.KIB_4);
  }

  /** Returns the same page at the next smaller size that fits, empty below 4 KiB. */
  Optional<PageWalk> smaller() {
    return size.smaller().map(below -> new PageWalk(at, end, fitting(at, end - at.value(), below)));
  }

  /** Returns the page behind this one, empty at the end. */
  Optional<PageWalk> advanced(PageSize largest) {
    return at(new Gpa(at.value() + size.bytes()), end, largest);
  }
}
