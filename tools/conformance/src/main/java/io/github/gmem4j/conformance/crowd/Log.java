package io.github.gmem4j.conformance.crowd;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** What a crowd does, with a clock that all share. Thread-safe. */
final class Log {
  /** One deed of somebody. */
  record Entry(String who, Deed deed, Interval when) {}

  private final AtomicLong clock = new AtomicLong();
  private final Queue<Entry> entries = new ConcurrentLinkedQueue<>();

  /** Returns the next moment. */
  long tick() {
    return clock.incrementAndGet();
  }

  /** Does something and writes down what came of it. */
  void doing(String who, Supplier<Deed> action) {
    long begin = tick();
    Deed deed = action.get();
    add(who, deed, begin);
  }

  /** Writes down what began at a moment and is over. */
  void add(String who, Deed deed, long begin) {
    entries.add(new Entry(who, deed, new Interval(begin, tick())));
  }

  /** Returns everything, once nobody does anything. */
  List<Entry> entries() {
    return List.copyOf(entries);
  }
}
