package io.github.gmem4j.cli.staging;

import io.github.gmem4j.api.seam.Waiter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Time that passes only when the VMM waits, and then at once. While it passes, others act: whoever
 * asked to at a certain time, and whoever acts at each wait. For one thread.
 */
final class ManualClock implements InstantSource, Waiter {
  private record Task(Instant at, Runnable action) {}

  private final List<Task> tasks = new ArrayList<>();
  private final List<Runnable> atEachPause = new ArrayList<>();
  private BooleanSupplier isEndless = () -> false;
  private Instant now = Instant.EPOCH;

  @Override
  public Instant instant() {
    return now;
  }

  /** Returns the time since the beginning. */
  Duration elapsed() {
    return Duration.between(Instant.EPOCH, now);
  }

  /** Has something done once so much time has passed. */
  void after(Duration delay, Runnable action) {
    tasks.add(new Task(now.plus(delay), action));
  }

  /** Tells whether nobody is waiting for a certain time to act. */
  boolean isQuiet() {
    return tasks.isEmpty();
  }

  /**
   * Does something during which waits end with a {@link StandstillException} once they have no end.
   *
   * @param noEnd asked before each wait
   */
  <T> T watched(BooleanSupplier noEnd, Supplier<T> action) {
    BooleanSupplier before = isEndless;
    isEndless = noEnd;
    try {
      return action.get();
    } finally {
      isEndless = before;
    }
  }

  /** Has something done at the beginning of each wait. */
  void atEachPause(Runnable action) {
    atEachPause.add(action);
  }

  @Override
  public void pause(Duration duration) {
    if (isEndless.getAsBoolean()) {
      throw new StandstillException();
    }
    Instant until = now.plus(duration);
    List.copyOf(atEachPause).forEach(Runnable::run);
    List<Task> due =
        tasks.stream()
            .filter(task -> !task.at().isAfter(until))
            .sorted(Comparator.comparing(Task::at))
            .toList();
    tasks.removeAll(due);
    for (Task task : due) {
      now = task.at();
      task.action().run();
    }
    now = until;
  }
}
