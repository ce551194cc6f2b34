package io.github.gmem4j.conformance;

/**
 * Told about each sequence as it is done, in the order of the recordings, on the caller's thread.
 */
@FunctionalInterface
public interface ReplayListener {
  /** Takes note of one sequence. */
  void replayed(SequenceReport report);
}
