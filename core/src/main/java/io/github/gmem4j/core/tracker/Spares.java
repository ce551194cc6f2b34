package io.github.gmem4j.core.tracker;

import org.jspecify.annotations.Nullable;

/**
 * Small arrays of gigabytes that have become uniform, kept for the day the same gigabyte is mixed
 * again: a page that goes to and fro costs no allocation. For the writer only.
 *
 * <p>A spare is only ever put back for the gigabyte it came from, in the uniform state in which it
 * was kept; so a reader that was left behind in one is never deceived.
 */
final class Spares {
  /** The most spares that are kept; some 11 KiB in all. */
  static final int MOST = 64;

  private static final int MOST_WORDS = 24;

  private final long[] @Nullable [] nodes = new long[MOST][];
  private final int[] gigabytes = new int[MOST];

  /** Keeps the array of a gigabyte in which only one block was not yet in a state. */
  void keep(int gigabyte, long[] node, int block, boolean isPrivate) {
    long tally = node[Gigabyte.TALLY];
    if (node.length > MOST_WORDS || Tally.leaves(tally) > 0 || Tally.slots(tally) == 0) {
      return;
    }
    if (Gigabyte.state(node, block) == Gigabyte.MIXED) {
      Gigabyte.write(node, Gigabyte.slotIndex(node, block), 0);
    }
    Gigabyte.setState(node, block, Gigabyte.uniform(isPrivate));
    node[Gigabyte.TALLY] = Tally.of(isPrivate ? Gigabyte.PAGES : 0, Tally.slots(tally));
    int at = gigabyte & (MOST - 1);
    nodes[at] = node;
    gigabytes[at] = gigabyte;
  }

  /** Takes the array that was kept for a gigabyte, if it tells of the same uniform state. */
  long @Nullable [] take(int gigabyte, boolean isPrivate) {
    int at = gigabyte & (MOST - 1);
    long[] node = nodes[at];
    if (node == null
        || gigabytes[at] != gigabyte
        || Tally.privatePages(node[Gigabyte.TALLY]) != (isPrivate ? Gigabyte.PAGES : 0)) {
      return null;
    }
    nodes[at] = null;
    return node;
  }
}
