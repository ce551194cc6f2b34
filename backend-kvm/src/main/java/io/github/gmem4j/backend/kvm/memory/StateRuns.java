package io.github.gmem4j.backend.kvm.memory;

import io.github.gmem4j.api.memory.Shareability;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Who may touch which page, as last told to the kernel. The kernel has no call that asks for it:
 * the VMM keeps its own books. Thread-safe.
 */
public final class StateRuns {
  /** For each run of equal pages its first page; neighbours differ. */
  private final TreeMap<Long, Shareability> starts = new TreeMap<>();

  /** Creates the books of pages that all have one state. */
  public StateRuns(Shareability initial) {
    starts.put(0L, initial);
  }

  /** Returns a page's state. */
  public synchronized Shareability at(long page) {
    return starts.floorEntry(page).getValue();
  }

  /** Tells whether every page from one up to another has a state. */
  public synchronized boolean isUniform(long from, long end, Shareability state) {
    Map.Entry<Long, Shareability> run = starts.floorEntry(from);
    Long next = starts.higherKey(run.getKey());
    return run.getValue() == state && (next == null || next >= end);
  }

  /** Pages from one up to another that have one state. */
  record Run(long first, long end, Shareability state) {}

  /** Returns the runs of the pages from one up to another, in ascending order. */
  synchronized List<Run> runs(long from, long end) {
    List<Run> runs = new ArrayList<>();
    for (long first = from; first < end; ) {
      Long next = starts.higherKey(first);
      long stop = next == null ? end : Math.min(end, next);
      runs.add(new Run(first, stop, at(first)));
      first = stop;
    }
    return runs;
  }

  /** Gives every page from one up to another a state. */
  public synchronized void store(long from, long end, Shareability state) {
    Shareability after = at(end);
    starts.subMap(from, true, end, true).clear();
    Map.Entry<Long, Shareability> before = starts.lowerEntry(from);
    if (before == null || before.getValue() != state) {
      starts.put(from, state);
    }
    if (after != state) {
      starts.put(end, after);
    }
  }

  /** Returns how many runs there are. */
  public synchronized int count() {
    return starts.size();
  }
}
