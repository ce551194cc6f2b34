package io.github.gmem4j.benchmarks.realkernel;

import java.util.Arrays;

/**
 * Where some figures lie.
 *
 * @param least the least
 * @param median the median
 * @param greatest the greatest
 */
record Spread(double least, double median, double greatest) {
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
    int half = sorted.length / 2;
    double median = sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    return new Spread(sorted[0], median, sorted[sorted.length - 1]);
  }
}
