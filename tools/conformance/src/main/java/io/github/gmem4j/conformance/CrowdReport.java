package io.github.gmem4j.conformance;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;

/**
 * What came of a crowd on a kernel.
 *
 * @param vcpus how many vCPUs ran at once, beside a host
 * @param seed the first meeting's seed
 * @param meetings how many VMs were used up
 * @param operations how many things were done and judged
 * @param disagreements what was answered or left behind wrongly, in words, with its seed
 * @param answers for each operation, how often each kind of answer came
 * @param elapsed how long it took
 */
public record CrowdReport(
    int vcpus,
    long seed,
    long meetings,
    long operations,
    List<String> disagreements,
    SortedMap<String, SortedMap<String, Long>> answers,
    Duration elapsed) {
  /** Copies the list. */
  public CrowdReport {
    disagreements = List.copyOf(disagreements);
    answers = Collections.unmodifiableSortedMap(answers);
  }

  /** Returns how many things were done in a second. */
  public long operationsPerSecond() {
    return Math.round(operations * 1e9 / Math.max(1, elapsed.toNanos()));
  }
}
