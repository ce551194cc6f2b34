package io.github.gmem4j.api.memory;

/**
 * A number of pages.
 *
 * @param value the number, from 0 to 2^52
 */
public record PageCount(long value) {
  /** No pages. */
  public static final PageCount ZERO = new PageCount(0);

  /** One page. */
  public static final PageCount ONE = new PageCount(1);

  /**
   * Checks the count.
   *
   * @throws IllegalArgumentException if the count is negative or above {@link PageIndex#LIMIT}
   */
  public PageCount {
    if (value < 0 || value > PageIndex.LIMIT) {
      throw new IllegalArgumentException("page count out of [0, 2^52]: " + value);
    }
  }

  /** Returns the size in bytes; 2^52 pages wrap to 0, as they do in the kernel's 64 bits. */
  public ByteCount bytes() {
    return new ByteCount(value << Page.SHIFT);
  }

  @Override
  public String toString() {
    return value == 1 ? "1 page" : value + " pages";
  }
}
