package io.github.gmem4j.api.memory;

/**
 * The bytes a caller asks about: a start and a size, exactly as given.
 *
 * <p>A byte range may be unaligned, empty, wrap around or lie outside every memory. Whoever acts on
 * it answers with the kernel's errno. {@link PageRange} is the checked counterpart.
 *
 * @param start offset of the first byte
 * @param size number of bytes
 */
public record ByteRange(ByteOffset start, ByteCount size) {
  /** Returns the range of {@code size} bytes from {@code start}; both unsigned, unchecked. */
  public static ByteRange of(long start, long size) {
    return new ByteRange(new ByteOffset(start), new ByteCount(size));
  }

  /** Tells whether start and size are multiples of the page size. */
  public boolean isPageAligned() {
    return Page.isAligned(start.value() | size.value());
  }

  /**
   * Tells whether the range is empty or its end does not fit in 64 bits (not even as exactly 0).
   */
  public boolean isEmptyOrWraps() {
    return Long.compareUnsigned(start.value() + size.value(), start.value()) <= 0;
  }

  /** Returns the offset one past the last byte; meaningless when {@link #isEmptyOrWraps()}. */
  public ByteOffset end() {
    return new ByteOffset(start.value() + size.value());
  }

  /**
   * Returns the pages of this range.
   *
   * @throws IllegalArgumentException if the range is unaligned, empty or wraps around
   */
  public PageRange pages() {
    if (!isPageAligned() || isEmptyOrWraps()) {
      throw new IllegalArgumentException("not a range of whole pages: " + this);
    }
    return new PageRange(start.page(), size.wholePages());
  }

  @Override
  public String toString() {
    return "[" + start + ", +" + size + ")";
  }
}
