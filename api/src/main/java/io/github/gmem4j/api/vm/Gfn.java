package io.github.gmem4j.api.vm;

import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageIndex;

/**
 * A guest frame number: a guest physical address in pages.
 *
 * @param value the number, from 0 to 2^52 - 1
 */
public record Gfn(long value) implements Comparable<Gfn> {
  /**
   * Checks the number.
   *
   * @throws IllegalArgumentException if it is negative or not below 2^52
   */
  public Gfn {
    if (value < 0 || value >= PageIndex.LIMIT) {
      throw new IllegalArgumentException("gfn out of [0, 2^52): " + value);
    }
  }

  /** Returns the frame's first address. */
  public Gpa gpa() {
    return new Gpa(value << Page.SHIFT);
  }

  @Override
  public int compareTo(Gfn other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return "gfn 0x" + Long.toHexString(value);
  }
}
