package io.github.gmem4j.core.tracker;

/**
 * The word of a {@link Gigabyte} that counts: private pages (20 bits), mixed blocks (12), leaves
 * handed out (12) and slots (the rest). The last never changes in the life of an array.
 */
final class Tally {
  private static final int MIXED_SHIFT = 20;
  private static final int LEAVES_SHIFT = 32;
  private static final int SLOTS_SHIFT = 44;
  private static final long PAGES_MASK = (1L << MIXED_SHIFT) - 1;
  private static final int COUNT_MASK = (1 << 12) - 1;

  static final long ONE_MIXED = 1L << MIXED_SHIFT;
  static final long ONE_LEAF = 1L << LEAVES_SHIFT;

  private Tally() {}

  static long of(int privatePages, int slots) {
    return privatePages | (long) slots << SLOTS_SHIFT;
  }

  static long withSlots(long tally, int slots) {
    return tally & ((1L << SLOTS_SHIFT) - 1) | (long) slots << SLOTS_SHIFT;
  }

  static int privatePages(long tally) {
    return (int) (tally & PAGES_MASK);
  }

  static int mixed(long tally) {
    return (int) (tally >>> MIXED_SHIFT) & COUNT_MASK;
  }

  static int leaves(long tally) {
    return (int) (tally >>> LEAVES_SHIFT) & COUNT_MASK;
  }

  static int slots(long tally) {
    return (int) (tally >>> SLOTS_SHIFT);
  }
}
