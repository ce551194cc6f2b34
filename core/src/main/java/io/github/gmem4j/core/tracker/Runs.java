package io.github.gmem4j.core.tracker;

/**
 * One word that describes a mixed 2 MiB block by the pages at which its state flips.
 *
 * <p>The low 50 bits are five fields of nine bits and a guard bit. A field holds the offset of a
 * page whose state differs from that of the page before it, in no order; an unused field is zero
 * and so flips the state before the first page. Bit 50 is the state before all flips. Bit 53 marks
 * a word that does not hold flips but names a bitmap (a leaf) elsewhere in the same array. The top
 * ten bits say that the word is in use and for which block.
 */
final class Runs {
  /** Returned by {@link #with} when the result has more flips than fit. */
  static final long TOO_MANY = 0;

  /** How many flips fit into a word. */
  static final int FIELDS = 5;

  private static final int FIELD_BITS = 10;
  private static final int STATE_SHIFT = FIELDS * FIELD_BITS;
  private static final long STATE = 1L << STATE_SHIFT;
  private static final long FLIPS = STATE - 1;
  private static final long EACH_FIELD = 0x100_4010_0401L;
  private static final long GUARDS = EACH_FIELD << (FIELD_BITS - 1);
  private static final long LEAF = 1L << 53;
  private static final int KEY_SHIFT = 54;
  private static final long KEY = -1L << KEY_SHIFT;
  private static final long IN_USE = 1L << 63;

  private Runs() {}

  /** A word for {@code block} whose pages all have the given state. */
  static long uniform(int block, boolean isPrivate) {
    // Five unused fields flip the state five times before page 0.
    return key(block) | (isPrivate ? 0 : STATE);
  }

  /** A word for {@code block} in which a part, and only it, has the given state. */
  static long single(int block, int from, int to, boolean isPrivate) {
    // Three unused fields, and one more at either end of the block; a last flip at 512 is the field
    // 0, and so comes before the first page rather than after the last.
    long flips = (long) from << FIELD_BITS | to & (Gigabyte.BLOCK_PAGES - 1);
    boolean seed = isPrivate ^ to == Gigabyte.BLOCK_PAGES;
    return key(block) | (seed ? STATE : 0) | flips;
  }

  /** A word for {@code block} whose bitmap starts at {@code index} of the array. */
  static long leafAt(int block, int index) {
    return key(block) | LEAF | index;
  }

  private static long key(int block) {
    return IN_USE | (long) block << KEY_SHIFT;
  }

  static int block(long word) {
    return (int) (word >>> KEY_SHIFT) & (Gigabyte.BLOCKS - 1);
  }

  static boolean isFor(long word, int block) {
    return (word & KEY) == key(block);
  }

  static boolean isLeaf(long word) {
    return (word & LEAF) != 0;
  }

  static int leafIndex(long word) {
    return (int) word;
  }

  static boolean isPrivate(long word, int page) {
    // In each field: guard + page - flip keeps the guard bit exactly if flip <= page.
    long passed = ((page * EACH_FIELD | GUARDS) - (word & FLIPS)) & GUARDS;
    return ((Long.bitCount(passed) + (word >>> STATE_SHIFT)) & 1) != 0;
  }

  static boolean isUniform(long word) {
    return (word & FLIPS) == 0;
  }

  /** The first page after {@code page} whose state differs from its predecessor's, else 512. */
  static int nextFlip(long word, int page) {
    int next = Gigabyte.BLOCK_PAGES;
    for (int i = 0; i < STATE_SHIFT; i += FIELD_BITS) {
      int flip = flipAt(word, i);
      if (flip > page && flip < next) {
        next = flip;
      }
    }
    return next;
  }

  /** The word after pages {@code from} to {@code to} have got a state, or {@link #TOO_MANY}. */
  static long with(long word, int from, int to, boolean isPrivate) {
    boolean first = from == 0 ? isPrivate : isPrivate(word, 0);
    long flips = 0;
    int used = 0;
    for (int i = 0; i < STATE_SHIFT; i += FIELD_BITS) {
      int flip = flipAt(word, i);
      if (flip != 0 && (flip < from || flip > to)) {
        flips = flips << FIELD_BITS | flip;
        used++;
      }
    }
    if (from > 0 && isPrivate(word, from - 1) != isPrivate) {
      flips = flips << FIELD_BITS | from;
      used++;
    }
    if (to < Gigabyte.BLOCK_PAGES && isPrivate(word, to) != isPrivate) {
      flips = flips << FIELD_BITS | to;
      used++;
    }
    if (used > FIELDS) {
      return TOO_MANY;
    }
    boolean seed = first ^ ((FIELDS - used & 1) != 0);
    return word & KEY | (seed ? STATE : 0) | flips;
  }

  /** How many of the pages {@code from} to {@code to} are private. */
  static int privatePages(long word, int from, int to) {
    int sum = 0;
    int at = from;
    while (at < to) {
      int next = Math.min(nextFlip(word, at), to);
      if (isPrivate(word, at)) {
        sum += next - at;
      }
      at = next;
    }
    return sum;
  }

  private static int flipAt(long word, int shift) {
    return (int) (word >>> shift) & (Gigabyte.BLOCK_PAGES - 1);
  }
}
