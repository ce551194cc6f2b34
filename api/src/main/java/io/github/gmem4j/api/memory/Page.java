package io.github.gmem4j.api.memory;

/** The base page: the grain of every conversion, 4 KiB on each architecture covered here. */
public final class Page {
  /** Bytes in a page. */
  public static final int BYTES = 4096;

  /** Binary logarithm of {@link #BYTES}. */
  public static final int SHIFT = 12;

  /** The bits of a byte address that lie inside a page. */
  public static final long OFFSET_MASK = BYTES - 1;

  private Page() {}

  /**
   * Tells whether a byte address or size is a multiple of the page size.
   *
   * @param bytes an unsigned 64-bit number of bytes
   */
  public static boolean isAligned(long bytes) {
    return (bytes & OFFSET_MASK) == 0;
  }
}
