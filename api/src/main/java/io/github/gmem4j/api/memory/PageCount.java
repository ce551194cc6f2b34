package io.github.gmem4j.api.memory;

/**
 * A number of 4 KiB pages.
 *
 * @param value the number, unsigned 64 bits, unchecked like a {@link ByteCount}: a guest may ask
 *     for any. {@link PageRange} is where it is checked
 */
public record PageCount(long value) {
  /** No pages. */
  public static final PageCount ZERO = new PageCount(0);

  /** One page. */
  public static final PageCount ONE = new PageCount(1);

  /** Returns the size in bytes; from 2^52 pages on it wraps, as in the kernel's 64 bits. */
  public ByteCount bytes() {
    return new ByteCount(value << Page.SHIFT);
  }

  @Override
  public String toString() {
    return value == 1 ? "1 page" : Long.toUnsignedString(value) + " pages";
  }
}
