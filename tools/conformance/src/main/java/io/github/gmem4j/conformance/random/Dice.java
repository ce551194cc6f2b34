package io.github.gmem4j.conformance.random;

import java.util.List;
import java.util.Random;

/** Random choices that depend on nothing but a seed. */
final class Dice {
  // The algorithm of this class is part of its contract: a seed means the same everywhere.
  private final Random random;

  Dice(long seed) {
    this.random = new Random(seed);
  }

  /** Returns a number from 0 up to a limit, the limit excluded. */
  int below(int limit) {
    return random.nextInt(limit);
  }

  /** Returns a number between two, both included. */
  int between(int least, int most) {
    return least + random.nextInt(most - least + 1);
  }

  /** Is true once in so many times. */
  boolean oneIn(int times) {
    return random.nextInt(times) == 0;
  }

  /** Returns any 64 bits. */
  long bits() {
    return random.nextLong();
  }

  /** Returns one of several. */
  @SafeVarargs
  final <T> T oneOf(T first, T... others) {
    int chosen = random.nextInt(others.length + 1);
    return chosen == 0 ? first : others[chosen - 1];
  }

  /** Returns one of several. */
  <T> T oneOf(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  /** Returns a number of pages up to a limit: mostly few. */
  int few(int most) {
    return oneIn(4) ? between(1, most) : between(1, Math.min(most, 3));
  }
}
