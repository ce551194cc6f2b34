package io.github.gmem4j.api.memory;

/**
 * A byte offset from the start of a guest memory (or of a mapping of it).
 *
 * @param value the offset in bytes, unsigned 64 bits, as a caller handed it in: neither alignment
 *     nor the memory's size is checked here, since the kernel's answer to a bad one is an errno
 */
public record ByteOffset(long value) implements Comparable<ByteOffset> {
  /** The start. */
  public static final ByteOffset ZERO = new ByteOffset(0);

  /** Returns the page that holds this byte. */
  public PageIndex page() {
    return new PageIndex(value >>> Page.SHIFT);
  }

  /** Returns the byte's place inside its page, from 0 to 4095. */
  public int inPage() {
    return (int) (value & Page.OFFSET_MASK);
  }

  @Override
  public int compareTo(ByteOffset other) {
    return Long.compareUnsigned(value, other.value);
  }

  @Override
  public String toString() {
    return "0x" + Long.toHexString(value);
  }
}
