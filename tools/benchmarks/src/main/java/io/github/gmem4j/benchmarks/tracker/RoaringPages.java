package io.github.gmem4j.benchmarks.tracker;

import org.roaringbitmap.RoaringBitmap;

/** A compressed bitmap. */
final class RoaringPages implements PageMap {
  private final RoaringBitmap bits = new RoaringBitmap();

  RoaringPages(long pages) {
    if (pages > 1L << 32) {
      throw new IllegalArgumentException("too many pages: " + pages);
    }
  }

  @Override
  public boolean isPrivate(long page) {
    return bits.contains((int) page);
  }

  @Override
  public void set(long first, long count, boolean isPrivate) {
    if (count == 1) {
      if (isPrivate) {
        bits.add((int) first);
      } else {
        bits.remove((int) first);
      }
    } else if (isPrivate) {
      bits.add(first, first + count);
    } else {
      bits.remove(first, first + count);
    }
  }

  @Override
  public int uniformity(long page, int blockPages) {
    long start = page & -blockPages;
    long end = start + blockPages;
    if (bits.contains((int) start)) {
      return bits.contains(start, end) ? 0 : 2;
    }
    return bits.intersects(start, end) ? 2 : 1;
  }
}
