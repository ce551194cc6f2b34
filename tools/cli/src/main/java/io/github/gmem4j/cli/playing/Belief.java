package io.github.gmem4j.cli.playing;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import java.util.HashMap;
import java.util.Map;

/** What a guest takes its memory for: what it last asked for with success. */
final class Belief {
  private final Shareability begins;
  private final Map<Gfn, Shareability> asked = new HashMap<>();

  /**
   * Creates the belief of a guest that has not asked for anything.
   *
   * @param begins what it takes all memory for
   */
  Belief(Shareability begins) {
    this.begins = begins;
  }

  Shareability of(Gpa at) {
    return asked.getOrDefault(at.gfn(), begins);
  }

  /** The guest was told that it got what it asked for. */
  void got(GpaRange range, Shareability state) {
    long first = range.start().gfn().value();
    for (long i = 0; i < range.size().wholePages().value(); i++) {
      asked.put(new Gfn(first + i), state);
    }
  }

  /** Another guest has booted, and knows of nothing. */
  void forget() {
    asked.clear();
  }
}
