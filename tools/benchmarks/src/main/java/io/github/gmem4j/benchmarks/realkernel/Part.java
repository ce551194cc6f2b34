package io.github.gmem4j.benchmarks.realkernel;

import java.util.Locale;

/** What a round is. */
enum Part {
  /** Create a guest memory. */
  CREATE(10_000),
  /** Map it. */
  MMAP(10_000),
  /** Store a byte in each page, none of which exists. */
  TOUCH(40),
  /** Punch a hole over all pages, all of which exist and are mapped. */
  PUNCH(40),
  /** All of these, unmap and close. */
  CYCLE(40);

  /** What the binding may take, as a multiple of what C takes. */
  static final double LIMIT = 1.15;

  private final int rounds;

  Part(int rounds) {
    this.rounds = rounds;
  }

  /** Returns how many rounds a turn has: enough for a median, few enough to share disturbances. */
  int rounds() {
    return rounds;
  }

  /** Returns its name in results and for the C program. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
