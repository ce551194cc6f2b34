package io.github.gmem4j.cli.journal;

import io.github.gmem4j.api.road.RoadEvent;
import java.time.Duration;

/** One thing that happened. */
public sealed interface Happening {
  /** Something on the road of a request. */
  record OnRoad(Duration at, RoadEvent event) implements Happening {}

  /**
   * Something beside the road.
   *
   * @param by who did it
   * @param to what it was done to; the same as {@code by} if nobody else is concerned
   * @param text what it was
   */
  record Deed(Duration at, Lane by, Lane to, String text) implements Happening {}

  /** The scenario speaks to the reader. */
  record Note(Duration at, String text) implements Happening {}

  /** Returns the simulated time since the beginning. */
  Duration at();
}
