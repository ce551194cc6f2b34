package io.github.gmem4j.api.vm;

import io.github.gmem4j.api.memory.Page;

/**
 * A guest physical address, without any bit that only says private or shared.
 *
 * @param value the byte address, unsigned 64 bits, unchecked
 */
public record Gpa(long value) implements Comparable<Gpa> {
  /** Returns the frame that holds this address. */
  public Gfn gfn() {
    return new Gfn(value >>> Page.SHIFT);
  }

  /** Returns the address's place inside its page, from 0 to 4095. */
  public int inPage() {
    return (int) (value & Page.OFFSET_MASK);
  }

  @Override
  public int compareTo(Gpa other) {
    return Long.compareUnsigned(value, other.value);
  }

  @Override
  public String toString() {
    return "gpa 0x" + Long.toHexString(value);
  }
}
