package io.github.gmem4j.cli.journal;

import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.road.RoadListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Takes down what happens. For one thread. */
public final class Journal implements RoadListener {
  private final Supplier<Duration> time;
  private final List<Happening> happenings = new ArrayList<>();
  private final List<Follower> followers = new ArrayList<>();

  /**
   * Creates an empty journal.
   *
   * @param time the simulated time since the beginning
   */
  public Journal(Supplier<Duration> time) {
    this.time = time;
  }

  /** Has somebody told of what happens from now on. */
  public void follow(Follower follower) {
    followers.add(follower);
  }

  /** Tells that a host process has stored to a page. */
  public void hostWrote(PageIndex page) {
    followers.forEach(follower -> follower.hostWrote(page));
  }

  @Override
  public void on(RoadEvent event) {
    happenings.add(new Happening.OnRoad(time.get(), event));
    followers.forEach(follower -> follower.on(event));
  }

  /** Notes what somebody did to somebody. */
  public void deed(Lane by, Lane to, String text) {
    happenings.add(new Happening.Deed(time.get(), by, to, text));
  }

  /** Notes what the scenario says to its reader. */
  public void note(String text) {
    happenings.add(new Happening.Note(time.get(), text));
  }

  /** Returns how much has happened so far: the index of what happens next. */
  public int size() {
    return happenings.size();
  }

  /** Returns what happened from an index on. */
  public List<Happening> since(int index) {
    return List.copyOf(happenings.subList(index, happenings.size()));
  }

  /** Returns the events on the road from an index on. */
  public List<RoadEvent> roadSince(int index) {
    return happenings.subList(index, happenings.size()).stream()
        .filter(Happening.OnRoad.class::isInstance)
        .map(happening -> ((Happening.OnRoad) happening).event())
        .toList();
  }

  /** Returns when the actions of a vCPU were finished that were so since an index, in order. */
  public List<Duration> finishedSince(int index, int vcpu) {
    return happenings.subList(index, happenings.size()).stream()
        .filter(happening ->
            happening instanceof Happening.OnRoad road
                && road.event() instanceof RoadEvent.ActionFinished finished
                && finished.vcpu() == vcpu)
        .map(Happening::at)
        .toList();
  }

  /** Returns the simulated time since the beginning. */
  public Duration now() {
    return time.get();
  }

  /** Returns everything. */
  public List<Happening> happenings() {
    return List.copyOf(happenings);
  }
}
