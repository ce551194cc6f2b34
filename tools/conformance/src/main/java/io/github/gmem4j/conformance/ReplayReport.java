package io.github.gmem4j.conformance;

import java.time.Duration;
import java.util.List;

/**
 * What came of a replay.
 *
 * @param sequences how many sequences were replayed
 * @param operations how many operations they have
 * @param disagreements every operation that was answered differently, in the order of the files
 * @param elapsed how long it took, reading included
 */
public record ReplayReport(
    long sequences, long operations, List<Disagreement> disagreements, Duration elapsed) {
  /** Copies the list. */
  public ReplayReport {
    disagreements = List.copyOf(disagreements);
  }

  /** Returns how many operations were read, replayed and compared in a second. */
  public long operationsPerSecond() {
    return Math.round(operations * 1e9 / Math.max(1, elapsed.toNanos()));
  }
}
