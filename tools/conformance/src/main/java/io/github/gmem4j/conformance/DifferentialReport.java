package io.github.gmem4j.conformance;

import io.github.gmem4j.api.vm.VmType;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;

/**
 * What came of a differential run.
 *
 * @param type the VMs' type
 * @param seed the first sequence's seed
 * @param sequences how many sequences were played, each with a VM of its own
 * @param operations how many operations were done on both sides and compared
 * @param disagreements every operation that was answered differently, at most one for a sequence
 * @param answers for each operation by its name in recordings, how often each kind of answer came
 *     where both agreed: {@code ok}, an errno, a signal, or an exit
 * @param leftOut what this kernel could not be asked, and why
 * @param elapsed how long it took
 */
public record DifferentialReport(
    VmType type,
    long seed,
    long sequences,
    long operations,
    List<DifferentialDisagreement> disagreements,
    SortedMap<String, SortedMap<String, Long>> answers,
    SortedMap<String, String> leftOut,
    Duration elapsed) {
  /** Copies the list. */
  public DifferentialReport {
    disagreements = List.copyOf(disagreements);
    answers = Collections.unmodifiableSortedMap(answers);
    leftOut = Collections.unmodifiableSortedMap(leftOut);
  }

  /** Tells whether every answer agreed. */
  public boolean agreed() {
    return disagreements.isEmpty();
  }

  /** Returns how many operations were done on both sides in a second. */
  public long operationsPerSecond() {
    return Math.round(operations * 1e9 / Math.max(1, elapsed.toNanos()));
  }
}
