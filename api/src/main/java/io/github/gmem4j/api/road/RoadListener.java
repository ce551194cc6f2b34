package io.github.gmem4j.api.road;

/**
 * Told of each event. Called with no lock held, on the thread that causes the event, in the order
 * of that thread; must be thread-safe and must not throw.
 */
@FunctionalInterface
public interface RoadListener {
  /** Nobody listens. */
  RoadListener NONE = event -> {};

  /** Takes note of an event. */
  void on(RoadEvent event);
}
