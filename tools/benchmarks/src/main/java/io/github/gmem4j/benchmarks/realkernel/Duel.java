package io.github.gmem4j.benchmarks.realkernel;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/**
 * What two contenders took for one part, who played by turns, so that what disturbs one disturbs
 * the other.
 *
 * @param repetitions each with its share of the turns
 */
record Duel(List<Repetition> repetitions) {
  /**
   * Some turns of each.
   *
   * @param c the median of what the C program took, in nanoseconds
   * @param java the median of what the binding took
   */
  record Repetition(double c, double java) {
    /** Returns the binding's time as a multiple of C's. */
    double ratio() {
      return java / c;
    }
  }

  /** Copies the list. */
  Duel {
    repetitions = List.copyOf(repetitions);
  }

  /**
   * Lets both play; who begins changes from turn to turn.
   *
   * @param repetitions how many ratios there will be
   * @param turns how many turns each has in a repetition
   */
  static Duel fight(Contender c, Contender java, Part part, int repetitions, int turns) {
    List<Repetition> all = new ArrayList<>();
    for (int repetition = 0; repetition < repetitions; repetition++) {
      List<double[]> ofC = new ArrayList<>();
      List<double[]> ofJava = new ArrayList<>();
      for (int turn = 0; turn < turns; turn++) {
        if (turn % 2 == 0) {
          ofC.add(c.play(part, part.rounds()));
          ofJava.add(java.play(part, part.rounds()));
        } else {
          ofJava.add(java.play(part, part.rounds()));
          ofC.add(c.play(part, part.rounds()));
        }
      }
      all.add(new Repetition(median(ofC), median(ofJava)));
    }
    return new Duel(all);
  }

  private static double median(List<double[]> turns) {
    return Spread.of(turns.stream().flatMapToDouble(DoubleStream::of).toArray()).median();
  }

  /** Returns C's medians. */
  Spread c() {
    return over(Repetition::c);
  }

  /** Returns the binding's medians. */
  Spread java() {
    return over(Repetition::java);
  }

  /** Returns the ratios of medians. */
  Spread ratio() {
    return over(Repetition::ratio);
  }

  private Spread over(ToDoubleFunction<Repetition> figure) {
    return Spread.of(repetitions.stream().mapToDouble(figure).toArray());
  }
}
