package io.github.gmem4j.core.tracker;

/**
 * Changes a {@link Gigabyte}, for the one writer. {@link #withRoom} allocates and changes nothing
 * that can be seen; {@link #set} and {@link #setBlock} change and do not allocate. Whoever calls
 * them sees to it that the gigabyte does not become uniform.
 */
final class GigabyteEdit {
  /** The answer of {@link #setBlock} when it has changed nothing for want of a slot. */
  static final int NO_SLOT = Integer.MIN_VALUE;

  /** The answer of {@link #setBlock} when it has changed nothing for want of a leaf. */
  static final int NO_LEAF = NO_SLOT + 1;

  private GigabyteEdit() {}

  /** An array with the same state in which the range can be set; often {@code node} itself. */
  static long[] withRoom(long[] node, int from, int to, boolean isPrivate) {
    if (Gigabyte.isFlat(node)) {
      return node;
    }
    int first = from >>> Gigabyte.BLOCK_SHIFT;
    int last = (to - 1) >>> Gigabyte.BLOCK_SHIFT;
    int start = first << Gigabyte.BLOCK_SHIFT;
    int lastStart = last << Gigabyte.BLOCK_SHIFT;
    // Only the first and the last block can need something.
    long need = need(node, first, from - start, Math.min(to - start, 512), isPrivate);
    if (first != last) {
      need += need(node, last, 0, to - lastStart, isPrivate);
    }
    long after = node[Gigabyte.TALLY] + need;
    if (!Gigabyte.isConstant(node)
        && Tally.mixed(after) <= Tally.slots(after)
        && Tally.leaves(after) <= GigabyteCopy.leafCapacity(node)) {
      return node;
    }
    return GigabyteCopy.of(node, Tally.mixed(need), Tally.leaves(need));
  }

  /** What setting a part of a block takes, in the form of a tally. */
  private static long need(long[] node, int block, int from, int to, boolean isPrivate) {
    int state = Gigabyte.state(node, block);
    if (to - from == Gigabyte.BLOCK_PAGES || state == Gigabyte.uniform(isPrivate)) {
      return 0;
    }
    if (state != Gigabyte.MIXED) {
      return Tally.ONE_MIXED;
    }
    long slot = node[Gigabyte.slotIndex(node, block)];
    return !Runs.isLeaf(slot) && Runs.with(slot, from, to, isPrivate) == Runs.TOO_MANY
        ? Tally.ONE_LEAF
        : 0;
  }

  /** Gives pages a state, in an array with room. */
  static void set(long[] node, int from, int to, boolean isPrivate) {
    for (int at = from; at < to; ) {
      int block = at >>> Gigabyte.BLOCK_SHIFT;
      int start = block << Gigabyte.BLOCK_SHIFT;
      int end = Math.min(start + Gigabyte.BLOCK_PAGES, to);
      setBlock(node, block, at - start, end - start, isPrivate);
      at = end;
    }
  }

  /** Gives pages of a block a state; returns by how much the private pages grew. */
  static int setBlock(long[] node, int block, int from, int to, boolean isPrivate) {
    int state = Gigabyte.state(node, block);
    if (state == Gigabyte.MIXED) {
      return Gigabyte.isFlat(node)
          ? setLeaf(node, block, Gigabyte.flatLeaf(block), from, to, isPrivate)
          : setSlot(node, block, from, to, isPrivate);
    }
    if (state == Gigabyte.uniform(isPrivate)) {
      return 0;
    }
    int change = isPrivate ? to - from : from - to;
    if (to - from == Gigabyte.BLOCK_PAGES) {
      node[Gigabyte.TALLY] += change;
      Gigabyte.setState(node, block, Gigabyte.uniform(isPrivate));
      return change;
    }
    return makeMixed(node, block, from, to, isPrivate) ? change : NO_SLOT;
  }

  private static boolean makeMixed(long[] node, int block, int from, int to, boolean isPrivate) {
    long tally = node[Gigabyte.TALLY];
    if (Gigabyte.isFlat(node)) {
      int leaf = Gigabyte.flatLeaf(block);
      Leaf.set(node, leaf, 0, Gigabyte.BLOCK_PAGES, !isPrivate);
      Leaf.set(node, leaf, from, to, isPrivate);
    } else if (Tally.mixed(tally) == Tally.slots(tally)) {
      return false;
    } else {
      long word = Runs.single(block, from, to, isPrivate);
      Gigabyte.write(node, freeSlot(node, block, tally), word);
    }
    int change = isPrivate ? to - from : from - to;
    node[Gigabyte.TALLY] = tally + Tally.ONE_MIXED + change;
    Gigabyte.setState(node, block, Gigabyte.MIXED);
    return true;
  }

  private static int freeSlot(long[] node, int block, long tally) {
    if (Tally.slots(tally) == Gigabyte.BLOCKS) {
      return Gigabyte.DETAILS + block;
    }
    // Slots are taken in order, so this one is free unless a block before it has given up its own.
    int index = Gigabyte.DETAILS + Tally.mixed(tally);
    if (node[index] != 0) {
      index = Gigabyte.DETAILS;
      while (node[index] != 0) {
        index++;
      }
    }
    return index;
  }

  private static int setSlot(long[] node, int block, int from, int to, boolean isPrivate) {
    int index = Gigabyte.slotIndex(node, block);
    long old = node[index];
    if (Runs.isLeaf(old)) {
      int change = setLeaf(node, block, Runs.leafIndex(old), from, to, isPrivate);
      if (Gigabyte.state(node, block) != Gigabyte.MIXED) {
        Gigabyte.write(node, index, 0);
      }
      return change;
    }
    if (old == Runs.single(block, from, to, !isPrivate)) {
      // The usual way back, and the only one that many blocks ever see.
      int change = isPrivate ? to - from : from - to;
      dissolve(node, block, index, isPrivate, change);
      return change;
    }
    int before = Runs.privatePages(old, from, to);
    int change = isPrivate ? to - from - before : -before;
    if (change == 0) {
      return 0;
    }
    long word = Runs.with(old, from, to, isPrivate);
    if (word == Runs.TOO_MANY) {
      int leaf = GigabyteCopy.newLeaf(node);
      if (leaf < 0) {
        return NO_LEAF;
      }
      Leaf.fill(node, leaf, old);
      Leaf.set(node, leaf, from, to, isPrivate);
      word = Runs.leafAt(block, leaf);
    } else if (Runs.isUniform(word)) {
      dissolve(node, block, index, isPrivate, change);
      return change;
    }
    Gigabyte.write(node, index, word);
    node[Gigabyte.TALLY] += change;
    return change;
  }

  /** Makes a block uniform that has a slot. */
  private static void dissolve(long[] node, int block, int index, boolean isPrivate, int change) {
    makeUniform(node, block, isPrivate);
    // No slot may name a block that is not mixed: a reader could take it for a later one.
    Gigabyte.write(node, index, 0);
    node[Gigabyte.TALLY] += change;
  }

  private static int setLeaf(
      long[] node, int block, int leaf, int from, int to, boolean isPrivate) {
    int i = leaf + (from >>> 6);
    if (from >>> 6 == (to - 1) >>> 6) {
      // The usual case, one page, in few steps: the word alone shows that the block stays mixed.
      long mask = -1L << from & -1L >>> -to;
      long old = node[i];
      long word = isPrivate ? old | mask : old & ~mask;
      if (word != (isPrivate ? -1 : 0)) {
        int count = Long.bitCount(old ^ word);
        int change = isPrivate ? count : -count;
        Gigabyte.write(node, i, word);
        node[Gigabyte.TALLY] += change;
        return change;
      }
    }
    int before = Leaf.privatePages(node, leaf, from, to);
    int change = isPrivate ? to - from - before : -before;
    if (Leaf.isUniformOutside(node, leaf, from, to, isPrivate)) {
      makeUniform(node, block, isPrivate);
    } else {
      Leaf.set(node, leaf, from, to, isPrivate);
    }
    node[Gigabyte.TALLY] += change;
    return change;
  }

  private static void makeUniform(long[] node, int block, boolean isPrivate) {
    Gigabyte.setState(node, block, Gigabyte.uniform(isPrivate));
    node[Gigabyte.TALLY] -= Tally.ONE_MIXED;
  }
}
