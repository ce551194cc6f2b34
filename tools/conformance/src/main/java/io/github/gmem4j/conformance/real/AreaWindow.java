package io.github.gmem4j.conformance.real;

import java.util.BitSet;

/**
 * A stretch of this process's addresses for the areas of one sequence.
 *
 * <p>Holes in an area must stay holes. So windows lie where the kernel puts no mapping of its own
 * accord: from 16 TiB up, while {@code mmap} without an address works downwards from 128 TiB.
 */
final class AreaWindow implements AutoCloseable {
  private static final long FIRST = 0x1000_0000_0000L;
  private static final long BYTES = 0x40_0000_0000L;
  private static final long STRIDE = 0x10_0000_0000L;
  private static final BitSet TAKEN = new BitSet();

  private final int number;

  private AreaWindow(int number) {
    this.number = number;
  }

  /** Returns a window that nobody else has. */
  static AreaWindow take() {
    synchronized (TAKEN) {
      int free = TAKEN.nextClearBit(0);
      TAKEN.set(free);
      return new AreaWindow(free);
    }
  }

  /** Returns where the area of a guest memory begins: 0 to 3, each always at the same place. */
  long address(int g) {
    return FIRST + number * BYTES + g * STRIDE;
  }

  /** Gives the window back; its areas must be gone. */
  @Override
  public void close() {
    synchronized (TAKEN) {
      TAKEN.clear(number);
    }
  }
}
