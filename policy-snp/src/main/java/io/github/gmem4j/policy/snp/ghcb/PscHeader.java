package io.github.gmem4j.policy.snp.ghcb;

/**
 * The head of a page state change buffer, 64 bits.
 *
 * <p>Source: GHCB specification (AMD publication 56421).
 *
 * @param currentEntry bits 15:0, the entry to work on next; the hypervisor moves it
 * @param endEntry bits 31:16, the last entry
 * @param reserved bits 63:32, should be 0
 */
public record PscHeader(int currentEntry, int endEntry, int reserved) {
  /** Size of a header. */
  public static final int BYTES = 8;

  private static final int MAX_INDEX = 0xFFFF;
  private static final int END_SHIFT = 16;

  /**
   * Checks that the indexes fit their bits.
   *
   * @throws IllegalArgumentException if one does not
   */
  public PscHeader {
    if (currentEntry < 0 || currentEntry > MAX_INDEX || endEntry < 0 || endEntry > MAX_INDEX) {
      throw new IllegalArgumentException(
          "an index has 16 bits: cur_entry " + currentEntry + ", end_entry " + endEntry);
    }
  }

  /** Returns the head of a new request for entries 0 to {@code endEntry}. */
  public static PscHeader upTo(int endEntry) {
    return new PscHeader(0, endEntry, 0);
  }

  /** Reads a header. */
  public static PscHeader decode(long bits) {
    return new PscHeader(
        (int) bits & MAX_INDEX, (int) (bits >>> END_SHIFT) & MAX_INDEX, (int) (bits >>> 32));
  }

  /** Returns the 64 bits. */
  public long encode() {
    return (long) reserved << 32 | (long) endEntry << END_SHIFT | currentEntry;
  }

  /** Returns the header with another entry to work on next. */
  public PscHeader at(int index) {
    return new PscHeader(index, endEntry, reserved);
  }

  /** Tells whether every entry is done: the one sign of it that the specification knows. */
  public boolean isDone() {
    return currentEntry > endEntry;
  }
}
