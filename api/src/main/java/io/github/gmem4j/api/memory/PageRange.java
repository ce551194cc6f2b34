package io.github.gmem4j.api.memory;

/**
 * One or more consecutive pages of a guest memory.
 *
 * @param first the first page
 * @param count how many, at least 1
 */
public record PageRange(PageIndex first, PageCount count) {
  /**
   * Checks the range.
   *
   * @throws IllegalArgumentException if the range is empty or ends past {@link PageIndex#LIMIT}
   */
  public PageRange {
    if (count.value() <= 0 || count.value() > PageIndex.LIMIT - first.value()) {
      throw new IllegalArgumentException("not a range of pages: " + first + ", " + count);
    }
  }

  /** Returns the range of {@code count} pages from page {@code first}. */
  public static PageRange of(long first, long count) {
    return new PageRange(new PageIndex(first), new PageCount(count));
  }

  /** Returns the index one past the last page, a plain number because it may be the limit. */
  public long endExclusive() {
    return first.value() + count.value();
  }

  /** Tells whether a page lies in this range. */
  public boolean contains(PageIndex page) {
    return page.value() >= first.value() && page.value() < endExclusive();
  }

  /** Tells whether this range and another have a page in common. */
  public boolean overlaps(PageRange other) {
    return first.value() < other.endExclusive() && other.first.value() < endExclusive();
  }

  /**
   * Returns the bytes of this range. Those of a range that ends with the last of all pages end at
   * 2^64, and {@link ByteRange#isEmptyOrWraps} says that they wrap around, as the kernel does.
   *
   * @throws ArithmeticException for all 2^52 of them, whose size does not fit in 64 bits
   */
  public ByteRange bytes() {
    if (count.value() == PageIndex.LIMIT) {
      throw new ArithmeticException("the size does not fit in 64 bits: " + this);
    }
    return new ByteRange(first.offset(), count.bytes());
  }

  @Override
  public String toString() {
    return "pages [" + first.value() + ", " + endExclusive() + ")";
  }
}
