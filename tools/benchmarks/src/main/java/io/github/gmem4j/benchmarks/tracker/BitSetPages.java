package io.github.gmem4j.benchmarks.tracker;

import java.util.BitSet;

/** {@link BitSet}; it knows no search that ends at a limit. */
final class BitSetPages implements PageMap {
  private final BitSet bits;

  BitSetPages(long pages) {
    bits = new BitSet(Math.toIntExact(pages));
  }

  @Override
  public boolean isPrivate(long page) {
    return bits.get((int) page);
  }

  @Override
  public void set(long first, long count, boolean isPrivate) {
    if (count == 1) {
      bits.set((int) first, isPrivate);
    } else {
      bits.set((int) first, (int) (first + count), isPrivate);
    }
  }

  @Override
  public int uniformity(long page, int blockPages) {
    int start = (int) page & -blockPages;
    int end = start + blockPages;
    if (bits.get(start)) {
      return bits.nextClearBit(start) >= end ? 0 : 2;
    }
    int next = bits.nextSetBit(start);
    return next < 0 || next >= end ? 1 : 2;
  }
}
