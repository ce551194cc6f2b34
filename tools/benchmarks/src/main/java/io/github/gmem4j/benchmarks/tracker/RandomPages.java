package io.github.gmem4j.benchmarks.tracker;

/** Random pages that are asked about in portions, going round. */
final class RandomPages {
  /** How many pages a benchmark asks about in one invocation. */
  static final int PORTION = 4_096;

  private static final int COUNT = 1 << 20;

  private final int[] pages;
  private int next;

  RandomPages(int bound) {
    pages = new SplitMix64(3).below(bound, COUNT);
  }

  /** All pages; a portion starts at {@link #portion}. */
  int[] pages() {
    return pages;
  }

  /** Where the next portion starts. */
  int portion() {
    int start = next;
    next = (next + PORTION) & (COUNT - 1);
    return start;
  }
}
