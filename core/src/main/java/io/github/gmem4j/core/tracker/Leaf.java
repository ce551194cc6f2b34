package io.github.gmem4j.core.tracker;

/**
 * The bitmap of one 2 MiB block: eight words of an array, a set bit for a private page. Words are
 * read and written with acquire and release, since readers may look while the writer changes them.
 */
final class Leaf {
  /** The words of a bitmap. */
  static final int WORDS = Gigabyte.BLOCK_PAGES / Long.SIZE;

  /** Leaves room in the word, so that the next change does not need a bitmap again. */
  private static final int FEW_FLIPS = Runs.FIELDS - 2;

  private Leaf() {}

  static boolean isPrivate(long[] words, int leaf, int page) {
    return (Gigabyte.read(words, leaf + (page >>> 6)) >>> page & 1) != 0;
  }

  /** Gives the pages {@code from} to {@code to} a state. */
  static void set(long[] words, int leaf, int from, int to, boolean isPrivate) {
    int last = (to - 1) >>> 6;
    for (int i = from >>> 6; i <= last; i++) {
      long mask = mask(i, from, to);
      long old = words[leaf + i];
      Gigabyte.write(words, leaf + i, isPrivate ? old | mask : old & ~mask);
    }
  }

  /** Writes what {@code runs} says. */
  static void fill(long[] words, int leaf, long runs) {
    for (int at = 0; at < Gigabyte.BLOCK_PAGES; ) {
      int next = Runs.nextFlip(runs, at);
      set(words, leaf, at, next, Runs.isPrivate(runs, at));
      at = next;
    }
  }

  /** What the bitmap says as runs for {@code block} if few suffice, else {@link Runs#TOO_MANY}. */
  static long compress(long[] words, int leaf, int block) {
    boolean state = isPrivate(words, leaf, 0);
    long runs = Runs.uniform(block, state);
    int flips = 0;
    for (int at = firstNot(words, leaf, 0, state); at < Gigabyte.BLOCK_PAGES; ) {
      if (++flips > FEW_FLIPS) {
        return Runs.TOO_MANY;
      }
      state = !state;
      runs = Runs.with(runs, at, Gigabyte.BLOCK_PAGES, state);
      at = firstNot(words, leaf, at, state);
    }
    return runs;
  }

  /** Whether all pages outside {@code from} to {@code to} have the given state. */
  static boolean isUniformOutside(long[] words, int leaf, int from, int to, boolean isPrivate) {
    long uniform = isPrivate ? -1 : 0;
    // The words of the range come first: near a change, the answer is mostly no.
    int start = from >>> 6;
    for (int n = 0; n < WORDS; n++) {
      int i = (start + n) & (WORDS - 1);
      if (((words[leaf + i] ^ uniform) & ~mask(i, from, to)) != 0) {
        return false;
      }
    }
    return true;
  }

  static int privatePages(long[] words, int leaf, int from, int to) {
    int sum = 0;
    int last = (to - 1) >>> 6;
    for (int i = from >>> 6; i <= last; i++) {
      sum += Long.bitCount(words[leaf + i] & mask(i, from, to));
    }
    return sum;
  }

  /** The first page from {@code page} on that has not the given state, else 512. */
  static int firstNot(long[] words, int leaf, int page, boolean isPrivate) {
    long uniform = isPrivate ? -1 : 0;
    for (int i = page >>> 6; i < WORDS; i++) {
      long others =
          (Gigabyte.read(words, leaf + i) ^ uniform) & mask(i, page, Gigabyte.BLOCK_PAGES);
      if (others != 0) {
        return i * Long.SIZE + Long.numberOfTrailingZeros(others);
      }
    }
    return Gigabyte.BLOCK_PAGES;
  }

  /** The bits of word {@code i} that stand for pages {@code from} to {@code to}. */
  private static long mask(int i, int from, int to) {
    int low = from - i * Long.SIZE;
    int high = to - i * Long.SIZE;
    if (low >= Long.SIZE || high <= 0) {
      return 0;
    }
    long above = low <= 0 ? -1 : -1L << low;
    long below = high >= Long.SIZE ? -1 : (1L << high) - 1;
    return above & below;
  }
}
