package io.github.gmem4j.benchmarks.realkernel;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What two contenders took for one part, who played by turns.
 *
 * @param pairs what came of each two turns, one after the other
 */
record Duel(List<Pair> pairs) {
  /**
   * A turn of each. What disturbs one disturbs the other: a shared machine keeps its speed for
   * longer than two turns, and changes it by half.
   *
   * @param c the median of what the C program took, in nanoseconds
   * @param java the median of what the binding took
   */
  record Pair(double c, double java) {
    /** Returns the binding's time as a multiple of C's. */
    double ratio() {
      return java / c;
    }
  }

  /** Copies the list. */
  Duel {
    pairs = List.copyOf(pairs);
  }

  /** Lets both play; who begins changes from pair to pair. */
  static Duel fight(Contender c, Contender java, Part part, int pairs) {
    List<Pair> all = new ArrayList<>();
    for (int pair = 0; pair < pairs; pair++) {
      if (pair % 2 == 0) {
        double first = median(c, part);
        all.add(new Pair(first, median(java, part)));
      } else {
        double first = median(java, part);
        all.add(new Pair(median(c, part), first));
      }
    }
    return new Duel(all);
  }

  private static double median(Contender contender, Part part) {
    return Spread.of(contender.play(part, part.rounds())).median();
  }

  /** Returns C's medians. */
  Spread c() {
    return over(Pair::c);
  }

  /** Returns the binding's medians. */
  Spread java() {
    return over(Pair::java);
  }

  /** Returns the ratios of medians. */
  Spread ratio() {
    return over(Pair::ratio);
  }

  private Spread over(ToDoubleFunction<Pair> figure) {
    return Spread.of(pairs.stream().mapToDouble(figure).toArray());
  }
}
