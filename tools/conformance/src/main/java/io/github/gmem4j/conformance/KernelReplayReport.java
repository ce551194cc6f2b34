package io.github.gmem4j.conformance;

import java.nio.file.Path;
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
 * @param unplayed the recordings of which nothing was replayed
 * @param disagreements every operation that this kernel answered differently from the recorded one
 * @param elapsed how long it took, reading included
 */
public record KernelReplayReport(
    long sequences,
    long operations,
    SortedMap<String, Long> skipped,
    List<Path> unplayed,
    List<Disagreement> disagreements,
    Duration elapsed) {
  /** Copies the list. */
  public KernelReplayReport {
    skipped = Collections.unmodifiableSortedMap(skipped);
    unplayed = List.copyOf(unplayed);
    disagreements = List.copyOf(disagreements);
  }
}
