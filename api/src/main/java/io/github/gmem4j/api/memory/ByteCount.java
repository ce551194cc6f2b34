package io.github.gmem4j.api.memory;

/**
 * A size in bytes.
 *
 * @param value the number of bytes, unsigned 64 bits, unchecked like a {@link ByteOffset}
 */
public record ByteCount(long value) {
  /** No bytes. */
  public static final ByteCount ZERO = new ByteCount(0);

  /** One page. */
  public static final ByteCount PAGE = new ByteCount(Page.BYTES);

  /** Returns {@code n} KiB. */
  public static ByteCount kib(long n) {
    return new ByteCount(Math.multiplyExact(n, 1L << 10));
  }

  /** Returns {@code n} MiB. */
  public static ByteCount mib(long n) {
    return new ByteCount(Math.multiplyExact(n, 1L << 20));
  }

  /** Returns {@code n} GiB. */
  public static ByteCount gib(long n) {
    return new ByteCount(Math.multiplyExact(n, 1L << 30));
  }

  /** Returns {@code n} TiB. */
  public static ByteCount tib(long n) {
    return new ByteCount(Math.multiplyExact(n, 1L << 40));
  }

  /** Returns the number of whole pages in this size; a part of a page at the end does not count. */
  public PageCount wholePages() {
    return new PageCount(value >>> Page.SHIFT);
  }

  @Override
  public String toString() {
    return "0x" + Long.toHexString(value);
  }
}
