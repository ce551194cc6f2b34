package io.github.gmem4j.core.vm;

import java.util.Map;
import java.util.TreeMap;

/**
 * The frames of one VM that are private, where the host keeps that per VM (generation C): runs in
 * ascending order, neighbours merged. Frames need no slot. Thread-safe.
 */
final class VmAttributes {
  private final TreeMap<Long, Long> privateRuns = new TreeMap<>();

  synchronized boolean isPrivate(long gfn) {
    Map.Entry<Long, Long> run = privateRuns.floorEntry(gfn);
    return run != null && gfn < run.getValue();
  }

  synchronized boolean allPrivate(long first, long end) {
    Map.Entry<Long, Long> run = privateRuns.floorEntry(first);
    return run != null && end <= run.getValue();
  }

  synchronized boolean allShared(long first, long end) {
    Map.Entry<Long, Long> run = privateRuns.lowerEntry(end);
    return run == null || run.getValue() <= first;
  }

  synchronized void setPrivate(long first, long end) {
    long from = first;
    long to = end;
    for (var run = privateRuns.floorEntry(to);
        run != null && run.getValue() >= from;
        run = privateRuns.floorEntry(to)) {
      from = Math.min(from, run.getKey());
      to = Math.max(to, run.getValue());
      privateRuns.remove(run.getKey());
    }
    privateRuns.put(from, to);
  }

  synchronized void setShared(long first, long end) {
    for (var run = privateRuns.lowerEntry(end);
        run != null && run.getValue() > first;
        run = privateRuns.lowerEntry(end)) {
      privateRuns.remove(run.getKey());
      if (run.getValue() > end) {
        privateRuns.put(end, run.getValue());
      }
      if (run.getKey() < first) {
        privateRuns.put(run.getKey(), first);
      }
    }
  }
}
