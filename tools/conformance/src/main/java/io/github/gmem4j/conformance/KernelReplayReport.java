package io.github.gmem4j.conformance;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;

/**
 * What came of a replay on a real kernel.
 *
 * @param sequences how many sequences were replayed
 * @param operations how many operations they have
 * @param skipped how many sequences were not replayed, by reason
 * @param disagreements every operation that this kernel answered differently from the recorded one
 * @param elapsed how long it took, reading included
 */
public record KernelReplayReport(
    long sequences,
    long operations,
    SortedMap<String, Long> skipped,
    List<Disagreement> disagreements,
    Duration elapsed) {
  /** Copies the list. */
  public KernelReplayReport {
    skipped = Collections.unmodifiableSortedMap(skipped);
    disagreements = List.copyOf(disagreements);
  }
}
