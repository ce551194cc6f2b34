package io.github.gmem4j.benchmarks.tracker;

import com.google.common.collect.Range;
import com.google.common.collect.TreeRangeMap;
import java.util.Map;
import java.util.Objects;

/** Guava's range map, with neighbours merged by {@code putCoalescing}. */
final class RangeMapPages implements PageMap {
  private final TreeRangeMap<Long, Boolean> runs = TreeRangeMap.create();

  RangeMapPages(long pages) {
    runs.put(Range.closedOpen(0L, pages), false);
  }

  @Override
  public boolean isPrivate(long page) {
    return Objects.requireNonNull(runs.get(page));
  }

  @Override
  public void set(long first, long count, boolean isPrivate) {
    runs.putCoalescing(Range.closedOpen(first, first + count), isPrivate);
  }

  @Override
  public int uniformity(long page, int blockPages) {
    long start = page & -blockPages;
    Map.Entry<Range<Long>, Boolean> run = Objects.requireNonNull(runs.getEntry(start));
    if (run.getKey().upperEndpoint() < start + blockPages) {
      return 2;
    }
    return run.getValue() ? 0 : 1;
  }
}
