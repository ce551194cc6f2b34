package io.github.gmem4j.core.memory;

/**
 * Some pages of a memory and the guest frames they appear at, in one memory slot.
 *
 * @param firstPage the first page, an index
 * @param pages how many
 * @param firstGfn the frame of the first page
 */
public record Binding(long firstPage, long pages, long firstGfn) {
  /** Returns the index one past the last page. */
  public long endPage() {
    return firstPage + pages;
  }

  /** Returns the frame of a page, which may be the one past the last. */
  public long gfnOf(long page) {
    return firstGfn + page - firstPage;
  }

  boolean overlaps(long first, long end) {
    return firstPage < end && first < endPage();
  }
}
