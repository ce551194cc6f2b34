package io.github.gmem4j.benchmarks.tracker;

import io.github.gmem4j.core.tracker.ShareabilityTracker;
import java.lang.reflect.Field;

/**
 * The tracker's own lookup on the tracker's own arrays, but with plain reads: what lookups would
 * cost if there were never a writer beside them.
 */
final class PlainReads {
  private final ShareabilityTracker tracker;
  private final long[][] nodes;

  PlainReads(ShareabilityTracker tracker) {
    this.tracker = tracker;
    try {
      Field field = ShareabilityTracker.class.getDeclaredField("nodes");
      field.setAccessible(true);
      nodes = (long[][]) field.get(tracker);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the tracker has changed", e);
    }
  }

  boolean isPrivate(long page) {
    long[] node = nodes[(int) (page >>> 18)];
    int block = (int) (page >>> 9) & 511;
    int state = (int) (node[block >>> 5] >>> (block << 1)) & 3;
    // One page in a hundred is in a mixed block here; those take the usual way.
    return state == 2 ? tracker.isPrivate(page) : state == 1;
  }
}
