package io.github.gmem4j.core;

import java.util.Random;
import java.util.function.Consumer;

/** Runs of a random test, each from a seed that a failure names. */
public final class SeededRuns {
  private static final String PROPERTY = "gmem.seed";

  private SeededRuns() {}

  /** Runs a test with the seeds from 1 on, or only with the seed in the system property. */
  public static void each(int count, Consumer<Random> test) {
    Long only = Long.getLong(PROPERTY);
    if (only != null) {
      once(only, test);
      return;
    }
    for (long seed = 1; seed <= count; seed++) {
      once(seed, test);
    }
  }

  private static void once(long seed, Consumer<Random> test) {
    try {
      test.accept(new Random(seed));
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(
          "seed " + seed + ", replay with -D" + PROPERTY + "=" + seed + ": " + e.getMessage(), e);
    }
  }
}
