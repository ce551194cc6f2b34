package io.github.gmem4j.testkit.world;

import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.road.RoadListener;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** Everything that happened, in order, with the time. Thread-safe. */
public final class Timeline implements RoadListener {
  /**
   * One thing that happened.
   *
   * @param at when
   * @param event what
   */
  public record Entry(Instant at, RoadEvent event) {}

  private final InstantSource clock;
  private final RoadListener other;
  private final List<Entry> entries = new ArrayList<>();

  /** Creates an empty timeline that takes its times from a clock. */
  public Timeline(InstantSource clock) {
    this(clock, RoadListener.NONE);
  }

  /**
   * Creates an empty timeline that passes every event on.
   *
   * @param clock where times come from
   * @param other who is told of each event once it is noted
   */
  public Timeline(InstantSource clock, RoadListener other) {
    this.clock = clock;
    this.other = other;
  }

  @Override
  public void on(RoadEvent event) {
    synchronized (this) {
      entries.add(new Entry(clock.instant(), event));
    }
    other.on(event);
  }

  /** Returns what happened so far. */
  public synchronized List<Entry> entries() {
    return List.copyOf(entries);
  }

  /** Returns the events of a kind so far, oldest first. */
  public <T extends RoadEvent> List<T> events(Class<T> kind) {
    return entries().stream().map(Entry::event).filter(kind::isInstance).map(kind::cast).toList();
  }

  /** Returns the timeline as text, a line for each event: time, seat, event. */
  public String render() {
    StringBuilder text = new StringBuilder("the timeline:");
    for (Entry entry : entries()) {
      Duration at = Duration.between(Instant.EPOCH, entry.at());
      text.append(
          "\n  %8.3f ms  %-6s  %s"
              .formatted(at.toNanos() / 1e6, entry.event().seat(), entry.event()));
    }
    return text.toString();
  }
}
