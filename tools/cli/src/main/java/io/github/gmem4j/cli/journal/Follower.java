package io.github.gmem4j.cli.journal;

import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.road.RoadListener;

/** Somebody who is told of what happens at the moment it does. */
public interface Follower extends RoadListener {
  /** A host process has stored to a page. */
  void hostWrote(PageIndex page);
}
