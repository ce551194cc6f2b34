package io.github.gmem4j.conformance;

/** Told after each sequence of a differential run, on the caller's thread. */
@FunctionalInterface
public interface DifferentialListener {
  /**
   * Takes note.
   *
   * @param operations how many operations were compared so far
   * @param disagreements how many of them disagreed
   */
  void compared(long operations, long disagreements);
}
