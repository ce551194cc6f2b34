package io.github.gmem4j.core.tracker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * The state of a gigabyte of pages in one array of words: its layout, and what is asked of it. What
 * readers use may run beside the writer. The main comment of {@link ShareabilityTracker} explains
 * the layout and why readers look twice.
 */
@SuppressWarnings("ReferenceEquality") // the two constant nodes are known by identity
final class Gigabyte {
  static final int PAGES = 1 << 18;
  static final int BLOCK_SHIFT = 9;
  static final int BLOCK_PAGES = 1 << BLOCK_SHIFT;
  static final int BLOCKS = PAGES / BLOCK_PAGES;

  /** The states of a block, as its two bits in the summary. */
  static final int SHARED = 0;

  static final int PRIVATE = 1;
  static final int MIXED = 2;

  /** The number of summary words, and so the index of the {@link Tally}. */
  static final int TALLY = BLOCKS * 2 / Long.SIZE;

  /** Index of the first slot, or of the first word of the bitmap. */
  static final int DETAILS = TALLY + 1;

  /** The length of an array with a bit for each page; no other array has it. */
  static final int FLAT_LENGTH = DETAILS + PAGES / Long.SIZE;

  private static final int SUMMARY_SHIFT = 5; // blocks in a summary word
  private static final int SUMMARY_BLOCKS = 1 << SUMMARY_SHIFT;
  private static final long ALL_PRIVATE = 0x5555_5555_5555_5555L;
  private static final long ALL_MIXED = ALL_PRIVATE << 1;

  private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

  private static final long[] CONSTANT_PRIVATE = newConstant(true);
  private static final long[] CONSTANT_SHARED = newConstant(false);

  private Gigabyte() {}

  /** The one array that stands for all gigabytes of a uniform state; never changed. */
  static long[] constant(boolean isPrivate) {
    return isPrivate ? CONSTANT_PRIVATE : CONSTANT_SHARED;
  }

  static boolean isConstant(long[] node) {
    return node == CONSTANT_PRIVATE || node == CONSTANT_SHARED;
  }

  private static long[] newConstant(boolean isPrivate) {
    long[] node = new long[DETAILS];
    Arrays.fill(node, 0, TALLY, isPrivate ? ALL_PRIVATE : 0);
    node[TALLY] = Tally.of(isPrivate ? PAGES : 0, 0);
    return node;
  }

  static long read(long[] node, int index) {
    return (long) WORD.getAcquire(node, index);
  }

  static void write(long[] node, int index, long word) {
    WORD.setRelease(node, index, word);
  }

  static int uniform(boolean isPrivate) {
    return isPrivate ? PRIVATE : SHARED;
  }

  /** The state of a block: {@link #SHARED}, {@link #PRIVATE} or {@link #MIXED}. */
  static int state(long[] node, int block) {
    return (int) (read(node, block >>> SUMMARY_SHIFT) >>> (block << 1)) & 3;
  }

  static void setState(long[] node, int block, int state) {
    int index = block >>> SUMMARY_SHIFT;
    long others = node[index] & ~(3L << (block << 1));
    write(node, index, others | (long) state << (block << 1));
  }

  /** The first mixed block from {@code block} on, else 512. */
  static int nextMixed(long[] node, int block) {
    for (int i = block >>> SUMMARY_SHIFT, skip = block << 1; i < TALLY; i++, skip = 0) {
      long mixed = (node[i] & ALL_MIXED) >>> skip << skip;
      if (mixed != 0) {
        return (i << SUMMARY_SHIFT) + (Long.numberOfTrailingZeros(mixed) >>> 1);
      }
    }
    return BLOCKS;
  }

  static boolean isFlat(long[] node) {
    return node.length == FLAT_LENGTH;
  }

  /** Where the bitmap of a block starts in a flat array. */
  static int flatLeaf(int block) {
    return DETAILS + block * Leaf.WORDS;
  }

  /** The index of the slot of a block in an array that is not flat, or -1 if none is seen. */
  static int slotIndex(long[] node, int block) {
    int slots = Tally.slots(read(node, TALLY));
    if (slots == BLOCKS) {
      return DETAILS + block;
    }
    for (int i = DETAILS; i < DETAILS + slots; i++) {
      if (Runs.isFor(read(node, i), block)) {
        return i;
      }
    }
    return -1;
  }

  /** Whether a page is private; for readers. */
  static boolean isPrivate(long[] node, int page) {
    int state = state(node, page >>> BLOCK_SHIFT);
    return state == MIXED ? isPrivateInMixed(node, page) : state == PRIVATE;
  }

  /** The same of a page whose block has just been seen mixed. */
  private static boolean isPrivateInMixed(long[] node, int page) {
    int block = page >>> BLOCK_SHIFT;
    while (true) {
      boolean found = true;
      boolean answer = false;
      if (isFlat(node)) {
        answer = Leaf.isPrivate(node, DETAILS, page);
      } else {
        long slot = slot(node, block);
        int offset = page & (BLOCK_PAGES - 1);
        if (slot == 0) {
          found = false;
        } else if (Runs.isLeaf(slot)) {
          answer = Leaf.isPrivate(node, Runs.leafIndex(slot), offset);
        } else {
          answer = Runs.isPrivate(slot, offset);
        }
      }
      int state = state(node, block);
      if (state != MIXED) {
        return state == PRIVATE;
      }
      if (found) {
        return answer;
      }
    }
  }

  /** The first page from {@code page} on that is not in the given state, else 2^18; for readers. */
  static int firstNot(long[] node, int page, boolean isPrivate) {
    long pattern = isPrivate ? ALL_PRIVATE : 0;
    int at = page;
    while (at < PAGES) {
      int block = at >>> BLOCK_SHIFT;
      long others = (read(node, block >>> SUMMARY_SHIFT) ^ pattern) >>> (block << 1);
      if (others == 0) {
        at = ((block | (SUMMARY_BLOCKS - 1)) + 1) << BLOCK_SHIFT;
        continue;
      }
      int skipped = Long.numberOfTrailingZeros(others) >>> 1;
      if (skipped > 0) {
        at = (block + skipped) << BLOCK_SHIFT;
        continue;
      }
      int offset = at & (BLOCK_PAGES - 1);
      int next = firstNotInBlock(node, block, offset, isPrivate);
      if (next >= 0) {
        at += next - offset;
        if (next < BLOCK_PAGES) {
          return at;
        }
      }
    }
    return PAGES;
  }

  /** As {@link #firstNot}, in a block; -1 if the writer came in between. */
  private static int firstNotInBlock(long[] node, int block, int offset, boolean isPrivate) {
    int state = state(node, block);
    if (state != MIXED) {
      return state == uniform(isPrivate) ? BLOCK_PAGES : offset;
    }
    int next;
    if (isFlat(node)) {
      next = Leaf.firstNot(node, flatLeaf(block), offset, isPrivate);
    } else {
      long slot = slot(node, block);
      if (slot == 0) {
        return -1;
      }
      if (Runs.isLeaf(slot)) {
        next = Leaf.firstNot(node, Runs.leafIndex(slot), offset, isPrivate);
      } else {
        next = Runs.isPrivate(slot, offset) == isPrivate ? Runs.nextFlip(slot, offset) : offset;
      }
    }
    return state(node, block) == MIXED ? next : -1;
  }

  /** How many of the pages {@code from} to {@code to} are private; for the writer. */
  static int privatePages(long[] node, int from, int to) {
    int sum = 0;
    for (int at = from; at < to; ) {
      int block = at >>> BLOCK_SHIFT;
      int start = block << BLOCK_SHIFT;
      int end = Math.min(start + BLOCK_PAGES, to);
      sum += privateInBlock(node, block, at - start, end - start);
      at = end;
    }
    return sum;
  }

  private static int privateInBlock(long[] node, int block, int from, int to) {
    int state = state(node, block);
    if (state != MIXED) {
      return state == PRIVATE ? to - from : 0;
    }
    if (isFlat(node)) {
      return Leaf.privatePages(node, flatLeaf(block), from, to);
    }
    long slot = slot(node, block);
    return Runs.isLeaf(slot)
        ? Leaf.privatePages(node, Runs.leafIndex(slot), from, to)
        : Runs.privatePages(slot, from, to);
  }

  /** The slot of a block, or 0 if the block has just stopped being mixed. */
  private static long slot(long[] node, int block) {
    int index = slotIndex(node, block);
    long slot = index < 0 ? 0 : read(node, index);
    return Runs.isFor(slot, block) ? slot : 0;
  }
}
