package io.github.gmem4j.api.vm;

import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.PageIndex;

/**
 * One or more consecutive guest frames.
 *
 * @param first the first frame
 * @param count how many, at least 1
 */
public record GfnRange(Gfn first, PageCount count) {
  /**
   * Checks the range.
   *
   * @throws IllegalArgumentException if the range is empty or ends past 2^52 frames
   */
  public GfnRange {
    if (count.value() <= 0 || count.value() > PageIndex.LIMIT - first.value()) {
      throw new IllegalArgumentException("not a range of frames: " + first + ", " + count);
    }
  }

  /** Returns the range of {@code count} frames from frame {@code first}. */
  public static GfnRange of(long first, long count) {
    return new GfnRange(new Gfn(first), new PageCount(count));
  }

  /** Returns the frame number one past the last, a plain number because it may be the limit. */
  public long endExclusive() {
    return first.value() + count.value();
  }

  /** Tells whether a frame lies in this range. */
  public boolean contains(Gfn gfn) {
    return gfn.value() >= first.value() && gfn.value() < endExclusive();
  }

  /** Tells whether this range and another have a frame in common. */
  public boolean overlaps(GfnRange other) {
    return first.value() < other.endExclusive() && other.first.value() < endExclusive();
  }

  /**
   * Returns the bytes of this range. Those of a range that ends with the last of all frames end at
   * 2^64, and {@link GpaRange#isEmptyOrWraps} says that they wrap around, as the kernel does.
   *
   * @throws ArithmeticException for all 2^52 of them, whose size does not fit in 64 bits
   */
  public GpaRange bytes() {
    if (count.value() == PageIndex.LIMIT) {
      throw new ArithmeticException("the size does not fit in 64 bits: " + this);
    }
    return new GpaRange(first.gpa(), count.bytes());
  }

  @Override
  public String toString() {
    return "gfns [0x" + Long.toHexString(first.value()) + ", +" + count.value() + ")";
  }
}
