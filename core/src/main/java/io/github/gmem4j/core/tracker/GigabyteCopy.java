package io.github.gmem4j.core.tracker;

import java.util.Arrays;

/** Makes larger and smaller copies of a {@link Gigabyte}. */
final class GigabyteCopy {
  /** Up to this many slots are searched; with more mixed blocks, each block has its own slot. */
  private static final int MAX_SEARCHED = 16;

  /** The first mixed block is seldom the last. */
  private static final int MIN_SLOTS = 3;

  /** With more leaves than this, the gigabyte becomes one bitmap. */
  private static final int MAX_LEAVES = 64;

  /** Shorter arrays are never worth a smaller copy. */
  private static final int SMALL = 128;

  private GigabyteCopy() {}

  /** How many leaves an array holds that is not flat. */
  static int leafCapacity(long[] node) {
    int slots = Tally.slots(node[Gigabyte.TALLY]);
    return (node.length - Gigabyte.DETAILS - slots) / Leaf.WORDS;
  }

  /** A copy with room for so many more mixed blocks and leaves. */
  static long[] of(long[] node, int moreMixed, int moreLeaves) {
    int leaves = neededLeaves(node) + moreLeaves;
    if (leaves > MAX_LEAVES) {
      return flat(node);
    }
    int mixed = Tally.mixed(node[Gigabyte.TALLY]) + moreMixed;
    int slots = mixed == 0 ? 0 : slots(mixed);
    boolean onlySlots = node.length == Gigabyte.DETAILS + Tally.slots(node[Gigabyte.TALLY]);
    if (onlySlots
        && leaves == 0
        && slots < Gigabyte.BLOCKS
        && Gigabyte.DETAILS + slots > node.length) {
      // Only more slots, as happens most: the rest stays where it is.
      long[] copy = Arrays.copyOf(node, Gigabyte.DETAILS + slots);
      copy[Gigabyte.TALLY] = Tally.withSlots(node[Gigabyte.TALLY], slots);
      return copy;
    }
    int capacity = leaves == 0 ? 0 : Integer.highestOneBit(2 * leaves - 1);
    long[] copy = new long[Gigabyte.DETAILS + slots + capacity * Leaf.WORDS];
    System.arraycopy(node, 0, copy, 0, Gigabyte.TALLY);
    copy[Gigabyte.TALLY] = Tally.of(Tally.privatePages(node[Gigabyte.TALLY]), slots);
    for (int block = Gigabyte.nextMixed(node, 0);
        block < Gigabyte.BLOCKS;
        block = Gigabyte.nextMixed(node, block + 1)) {
      long slot = runs(node, block);
      if (slot == Runs.TOO_MANY) {
        int leaf = newLeaf(copy);
        System.arraycopy(node, leafOf(node, block), copy, leaf, Leaf.WORDS);
        slot = Runs.leafAt(block, leaf);
      }
      long tally = copy[Gigabyte.TALLY];
      boolean searched = slots < Gigabyte.BLOCKS;
      copy[Gigabyte.DETAILS + (searched ? Tally.mixed(tally) : block)] = slot;
      copy[Gigabyte.TALLY] = tally + Tally.ONE_MIXED;
    }
    return copy;
  }

  /** Few slots are searched, and kept few; many are as many as blocks. */
  private static int slots(int mixed) {
    if (mixed > MAX_SEARCHED) {
      return Gigabyte.BLOCKS;
    }
    return mixed > MAX_SEARCHED / 2 ? MAX_SEARCHED : Math.max(mixed | 1, MIN_SLOTS);
  }

  /** The index of an unused leaf, else -1. None is used twice: a reader may still be in it. */
  static int newLeaf(long[] node) {
    long tally = node[Gigabyte.TALLY];
    if (Tally.leaves(tally) == leafCapacity(node)) {
      return -1;
    }
    node[Gigabyte.TALLY] = tally + Tally.ONE_LEAF;
    return Gigabyte.DETAILS + Tally.slots(tally) + Tally.leaves(tally) * Leaf.WORDS;
  }

  /** Whether an array is far too large for what it says. */
  static boolean isWasteful(long[] node) {
    if (node.length <= SMALL) {
      return false;
    }
    int few = Gigabyte.isFlat(node) ? MAX_SEARCHED : MAX_SEARCHED / 4;
    return Tally.mixed(node[Gigabyte.TALLY]) <= few;
  }

  private static long[] flat(long[] node) {
    long[] copy = new long[Gigabyte.FLAT_LENGTH];
    System.arraycopy(node, 0, copy, 0, Gigabyte.TALLY);
    long tally = node[Gigabyte.TALLY];
    copy[Gigabyte.TALLY] =
        Tally.of(Tally.privatePages(tally), 0) + Tally.mixed(tally) * Tally.ONE_MIXED;
    for (int block = Gigabyte.nextMixed(node, 0);
        block < Gigabyte.BLOCKS;
        block = Gigabyte.nextMixed(node, block + 1)) {
      long slot = node[Gigabyte.slotIndex(node, block)];
      int leaf = Gigabyte.flatLeaf(block);
      if (Runs.isLeaf(slot)) {
        System.arraycopy(node, Runs.leafIndex(slot), copy, leaf, Leaf.WORDS);
      } else {
        Leaf.fill(copy, leaf, slot);
      }
    }
    return copy;
  }

  private static int neededLeaves(long[] node) {
    if (!Gigabyte.isFlat(node) && Tally.leaves(node[Gigabyte.TALLY]) == 0) {
      return 0;
    }
    int leaves = 0;
    for (int block = Gigabyte.nextMixed(node, 0);
        block < Gigabyte.BLOCKS;
        block = Gigabyte.nextMixed(node, block + 1)) {
      leaves += runs(node, block) == Runs.TOO_MANY ? 1 : 0;
    }
    return leaves;
  }

  /** A mixed block as runs, or {@link Runs#TOO_MANY} if it is to have a leaf. */
  private static long runs(long[] node, int block) {
    if (!Gigabyte.isFlat(node)) {
      long slot = node[Gigabyte.slotIndex(node, block)];
      if (!Runs.isLeaf(slot)) {
        return slot;
      }
    }
    return Leaf.compress(node, leafOf(node, block), block);
  }

  private static int leafOf(long[] node, int block) {
    return Gigabyte.isFlat(node)
        ? Gigabyte.flatLeaf(block)
        : Runs.leafIndex(node[Gigabyte.slotIndex(node, block)]);
  }
}
