package io.github.gmem4j.conformance.crowd;

/**
 * When something was done: it took effect after its begin and before its end, nobody knows where.
 *
 * @param begin a moment before it
 * @param end a moment after it, later than the begin
 */
record Interval(long begin, long end) {
  /** Before everything. */
  static final Interval EVER = new Interval(-1, 0);

  /** Tells whether this was over when another began. */
  boolean isBefore(Interval other) {
    return end < other.begin;
  }

  /** Tells whether neither was over when the other began. */
  boolean meets(Interval other) {
    return !isBefore(other) && !other.isBefore(this);
  }
}
