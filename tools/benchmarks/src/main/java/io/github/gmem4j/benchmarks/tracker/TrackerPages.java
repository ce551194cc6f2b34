package io.github.gmem4j.benchmarks.tracker;

import io.github.gmem4j.core.tracker.ShareabilityTracker;
import io.github.gmem4j.core.tracker.Uniformity;

/** The tracker under test. */
final class TrackerPages implements PageMap {
  private final ShareabilityTracker tracker;

  TrackerPages(long pages) {
    tracker = new ShareabilityTracker(pages, false);
  }

  ShareabilityTracker tracker() {
    return tracker;
  }

  @Override
  public boolean isPrivate(long page) {
    return tracker.isPrivate(page);
  }

  @Override
  public void set(long first, long count, boolean isPrivate) {
    if (isPrivate) {
      tracker.setPrivate(first, count);
    } else {
      tracker.setShared(first, count);
    }
  }

  @Override
  @SuppressWarnings("EnumOrdinal") // A switch would cost more than the question.
  public int uniformity(long page, int blockPages) {
    Uniformity uniformity =
        blockPages == BLOCK_PAGES ? tracker.uniformity2M(page) : tracker.uniformity1G(page);
    return uniformity.ordinal();
  }
}
