package io.github.gmem4j.testkit.junit;

import io.github.gmem4j.testkit.world.Timeline;

/** Carries the timeline into the report of a failure; itself no failure, so without a trace. */
public final class TimelineOfFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TimelineOfFailure(Timeline timeline) {
    super(timeline.render(), null, false, false);
  }
}
