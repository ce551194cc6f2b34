package io.github.gmem4j.core.tracker;

import java.util.Random;
import java.util.function.Consumer;

/** Runs random tests so that a failure says how to repeat it. */
final class Seeds {
  private static final String PROPERTY = "gmem.seed";

  private Seeds() {}

  /** Runs a test once with the seed of the property, or else with each of the seeds from 1 on. */
  static void each(int count, Consumer<Random> test) {
    Long only = Long.getLong(PROPERTY);
    if (only != null) {
      run(only, test);
      return;
    }
    for (int seed = 1; seed <= count; seed++) {
      run(seed, test);
    }
  }

  private static void run(long seed, Consumer<Random> test) {
    try {
      test.accept(new Random(seed));
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError("seed " + seed + "; replay with -D" + PROPERTY + "=" + seed, e);
    }
  }
}
