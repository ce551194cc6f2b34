package io.github.gmem4j.api.memory;

/**
 * The index of a page in a guest memory: page {@code i} holds the bytes from {@code 4096 * i}.
 *
 * @param value the index, from 0 to 2^52 - 1
 */
public record PageIndex(long value) implements Comparable<PageIndex> {
  /** Number of page indexes: as many as fit in 64 bits of byte offset. */
  public static final long LIMIT = 1L << (Long.SIZE - Page.SHIFT);

  /**
   * Checks the index.
   *
   * @throws IllegalArgumentException if the index is negative or not below {@link #LIMIT}
   */
  public PageIndex {
    if (value < 0 || value >= LIMIT) {
      throw new IllegalArgumentException("page index out of [0, 2^52): " + value);
    }
  }

  /** Returns the offset of the page's first byte. */
  public ByteOffset offset() {
    return new ByteOffset(value << Page.SHIFT);
  }

  /** Returns the page as a range of one. */
  public PageRange asRange() {
    return new PageRange(this, PageCount.ONE);
  }

  @Override
  public int compareTo(PageIndex other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return "page " + value;
  }
}
