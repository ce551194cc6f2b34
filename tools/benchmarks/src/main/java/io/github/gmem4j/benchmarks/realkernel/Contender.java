package io.github.gmem4j.benchmarks.realkernel;

/** Somebody who makes the calls. */
interface Contender {
  /** Plays some rounds. Returns the nanoseconds that each took. */
  double[] play(Part part, int rounds);
}
