package io.github.gmem4j.benchmarks.tracker;

import java.util.Map;
import java.util.TreeMap;

/** A sorted map from the first page of each run to its state; equal neighbours are merged. */
final class TreeMapPages implements PageMap {
  private final TreeMap<Long, Boolean> runs = new TreeMap<>();
  private final long pages;

  TreeMapPages(long pages) {
    this.pages = pages;
    runs.put(0L, false);
  }

  @Override
  public boolean isPrivate(long page) {
    return runs.floorEntry(page).getValue();
  }

  @Override
  public void set(long first, long count, boolean isPrivate) {
    long end = first + count;
    Map.Entry<Long, Boolean> last = runs.floorEntry(end - 1);
    boolean after = last.getValue();
    boolean changesAtEnd = after != isPrivate;
    if (!changesAtEnd && last.getKey() <= first) {
      return;
    }
    Long next = end == pages ? null : runs.ceilingKey(end);
    boolean runStartsAtEnd = next != null && next == end;
    if (count == 1) {
      runs.remove(first);
    } else {
      runs.subMap(first, end).clear();
    }
    if (first == 0 || runs.lowerEntry(first).getValue() != isPrivate) {
      runs.put(first, isPrivate);
    }
    if (runStartsAtEnd) {
      // The next run has the other state than the last page had.
      if (changesAtEnd) {
        runs.remove(end);
      }
    } else if (changesAtEnd && end < pages) {
      runs.put(end, after);
    }
  }

  @Override
  public int uniformity(long page, int blockPages) {
    long start = page & -blockPages;
    Long next = runs.higherKey(start);
    if (next != null && next < start + blockPages) {
      return 2;
    }
    return runs.floorEntry(start).getValue() ? 0 : 1;
  }

  @Override
  public void alternate(long pages) {
    runs.clear();
    for (long page = 0; page < pages; page++) {
      runs.put(page, (page & 1) != 0);
    }
  }
}
