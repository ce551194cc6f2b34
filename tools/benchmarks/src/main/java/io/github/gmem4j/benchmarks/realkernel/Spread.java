package io.github.gmem4j.benchmarks.realkernel;

import java.util.Arrays;

/**
 * Where some figures lie: half of them between the quartiles.
 *
 * @param lower the lower quartile
 * @param median the median
 * @param upper the upper quartile
 */
record Spread(double lower, double median, double upper) {
  /**
   * Returns where figures lie.
   *
   * @throws IllegalArgumentException if there are none
   */
  static Spread of(double... figures) {
    if (figures.length == 0) {
      throw new IllegalArgumentException("nothing was measured");
    }
    double[] sorted = figures.clone();
    Arrays.sort(sorted);
    return new Spread(at(sorted, 0.25), at(sorted, 0.5), at(sorted, 0.75));
  }

  /** Returns the figure below which a share of them lies, between two in proportion. */
  private static double at(double[] sorted, double share) {
    double place = share * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }
}
