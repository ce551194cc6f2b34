package io.github.gmem4j.testkit.world;

import io.github.gmem4j.api.seam.Waiter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Time that passes only when a test says so, or when somebody waits: a pause moves the clock and
 * returns at once. What a test wants to happen at a time happens inside the pause that reaches it,
 * on the thread that waits. Begins at the epoch. Thread-safe.
 */
public final class ManualClock implements InstantSource, Waiter {
  /** Something that a test wants to happen. */
  private record Plan(Instant at, Runnable action) {}

  private final List<Plan> plans = new ArrayList<>();
  private final List<Duration> pauses = new ArrayList<>();
  private Instant now = Instant.EPOCH;

  /** Creates a clock at the epoch. */
  public ManualClock() {}

  @Override
  public synchronized Instant instant() {
    return now;
  }

  /** Returns how much time has passed since the clock was created. */
  public Duration elapsed() {
    return Duration.between(Instant.EPOCH, instant());
  }

  /**
   * Plans something for the moment when some more time has passed; with zero, for the next pause.
   *
   * @param delay from now on, not negative
   * @param action what is to happen; runs without any lock of this clock
   * @throws IllegalArgumentException if {@code delay} is negative
   */
  public synchronized void after(Duration delay, Runnable action) {
    if (delay.isNegative()) {
      throw new IllegalArgumentException("the past cannot be planned: " + delay);
    }
    plans.add(new Plan(now.plus(delay), action));
  }

  /** Lets time pass, as if somebody waited, but without counting as a pause. */
  public void advance(Duration duration) {
    Instant end = instant().plus(duration);
    for (Plan due = takeDue(end); due != null; due = takeDue(end)) {
      due.action().run();
    }
    synchronized (this) {
      now = now.isAfter(end) ? now : end;
    }
  }

  /** Takes the earliest plan that is due by a time and moves the clock to it. */
  private synchronized @Nullable Plan takeDue(Instant end) {
    Plan first = null;
    for (Plan plan : plans) {
      if (!plan.at().isAfter(end) && (first == null || plan.at().isBefore(first.at()))) {
        first = plan;
      }
    }
    if (first != null) {
      plans.remove(first);
      now = now.isAfter(first.at()) ? now : first.at();
    }
    return first;
  }

  @Override
  public void pause(Duration duration) {
    synchronized (this) {
      pauses.add(duration);
    }
    advance(duration);
  }

  /** Returns the pauses so far, oldest first. */
  public synchronized List<Duration> pauses() {
    return List.copyOf(pauses);
  }
}
