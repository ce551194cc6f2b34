package io.github.gmem4j.backend.kvm.memory;

import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Shareability;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who may touch which page, as last told to the kernel. The kernel has no call that asks for it:
 * the VMM keeps its own books. Thread-safe.
 */
public final class StateRuns {
  private final Shareability initial;

  /**
   * For each run of equal pages its first page; neighbours differ, and what lies before the first
   * is as it was in the beginning. Null until something changes: creating a memory takes less than
   * a microsecond.
   */
  private @Nullable TreeMap<Long, Shareability> starts;

  /** Creates the books of pages that all have one state. */
  public StateRuns(Shareability initial) {
    this.initial = initial;
  }

  /** Returns a page's state. */
  public synchronized Shareability at(long page) {
    Map.Entry<Long, Shareability> run = starts == null ? null : starts.floorEntry(page);
    return run == null ? initial : run.getValue();
  }

  /** Tells whether every page from one up to another has a state. */
  public synchronized boolean isUniform(long from, long end, Shareability state) {
    return at(from) == state && nextStart(from, end) == end;
  }

  /** Returns where the run of a page ends, at most some end. */
  private long nextStart(long page, long end) {
    Long next = starts == null ? null : starts.higherKey(page);
    return next == null ? end : Math.min(end, next);
  }

  /** Pages in a row that have one state. */
  public record Run(PageRange pages, Shareability state) {}

  /** Returns the runs within some pages, in ascending order. */
  public synchronized List<Run> runs(PageRange within) {
    List<Run> runs = new ArrayList<>();
    long end = within.endExclusive();
    for (long first = within.first().value(); first < end; ) {
      long stop = nextStart(first, end);
      runs.add(new Run(PageRange.of(first, stop - first), at(first)));
      first = stop;
    }
    return runs;
  }

  /** Gives every page from one up to another a state. */
  public synchronized void store(long from, long end, Shareability state) {
    Shareability after = at(end);
    TreeMap<Long, Shareability> changed = starts == null ? new TreeMap<>() : starts;
    starts = changed;
    changed.subMap(from, true, end, true).clear();
    if (from == 0 || at(from - 1) != state) {
      changed.put(from, state);
    }
    if (after != state) {
      changed.put(end, after);
    }
  }

  /** Returns how many runs there are. */
  public synchronized int count() {
    TreeMap<Long, Shareability> known = starts == null ? new TreeMap<>() : starts;
    return known.size() + (known.containsKey(0L) ? 0 : 1);
  }
}
