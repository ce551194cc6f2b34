package io.github.gmem4j.api.vm;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.Page;

/**
 * Guest physical bytes as a guest or VMM asks about them: possibly unaligned, empty or wrapping.
 * {@link GfnRange} is the checked counterpart.
 *
 * @param start address of the first byte
 * @param size number of bytes
 */
public record GpaRange(Gpa start, ByteCount size) {
  /** Returns the range of {@code size} bytes from {@code start}; both unsigned, unchecked. */
  public static GpaRange of(long start, long size) {
    return new GpaRange(new Gpa(start), new ByteCount(size));
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

  /**
   * Returns the frames of this range.
   *
   * @throws IllegalArgumentException if the range is unaligned, empty or wraps around
   */
  public GfnRange frames() {
    if (!isPageAligned() || isEmptyOrWraps()) {
      throw new IllegalArgumentException("not a range of whole frames: " + this);
    }
    return new GfnRange(start.gfn(), size.wholePages());
  }

  @Override
  public String toString() {
    return "gpa [0x" + Long.toHexString(start.value()) + ", +" + size + ")";
  }
}
