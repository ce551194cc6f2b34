package io.github.gmem4j.conformance;

import java.nio.file.Path;
import java.util.List;

/**
 * What came of replaying one sequence.
 *
 * <p>After a disagreement the rest of the sequence is replayed all the same. Later disagreements of
 * the same sequence are reported too, though they may only follow from the first.
 *
 * @param file the recording
 * @param sequence the number of the sequence
 * @param operations how many operations it has
 * @param disagreements every operation that was answered differently, in order
 */
public record SequenceReport(
    Path file, long sequence, long operations, List<Disagreement> disagreements) {
  /** Copies the list. */
  public SequenceReport {
    disagreements = List.copyOf(disagreements);
  }
}
