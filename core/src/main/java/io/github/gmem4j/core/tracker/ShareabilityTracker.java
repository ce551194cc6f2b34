package io.github.gmem4j.core.tracker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Knows for each 4 KiB page of a guest whether it is private to the guest or shared with the host.
 *
 * <p>Questions may be asked by any number of threads at any time and never wait. Changes are for
 * one thread at a time: callers of {@link #setPrivate} and {@link #setShared} hold a lock of their
 * own. Beside a change, an answer about a page or a block is what was true of it at some moment of
 * the call; a change of many pages becomes visible piece by piece.
 *
 * <p>Memory follows what there is to tell: a uniform gigabyte costs one reference, one with a few
 * shared ranges some 200 bytes, and no gigabyte more than 34 KiB, which is a bit for each page.
 */
@SuppressWarnings("ReferenceEquality") // the two constant nodes are known by identity
public final class ShareabilityTracker {
  /** The most pages a tracker can have: 2<sup>40</sup> pages, 4 PiB. */
  public static final long MAX_PAGES = 1L << 40;

  /*
   * Structure. There is one array of words for each gigabyte. Its first 16 words are the summary:
   * two bits for each of the 512 blocks of 2 MiB, which say private, shared or mixed. Then comes
   * the tally, with the counts that make the gigabyte's own uniformity and the number of private
   * pages cheap. All uniform gigabytes of one state are the same constant array. So the common
   * question costs a few dependent reads, for uniform and other gigabytes alike.
   *
   * Mixed blocks have details after the tally, in one of three forms that depend on their number:
   *  - up to 16 slots in no order, each a word with the number of its block (searched);
   *  - 512 slots, one for each block;
   *  - one bitmap of the gigabyte, told by the array's length.
   * A slot tells its block by up to five pages where the state flips (Runs). A block with more
   * flips gets a leaf, a bitmap of eight words behind the slots, and its slot tells where. More
   * than 64 leaves make the gigabyte one bitmap. Few mixed blocks in a long array make it small
   * again, at limits far enough from those of growth that going to and fro does not copy.
   *
   * Publication. Words are written with release and read with acquire, one at a time, and each
   * kind of change has one write that makes it visible:
   *  - a block becomes uniform by its two bits in the summary; its details mean nothing then;
   *  - a block becomes mixed by the same bits, after its details have been written;
   *  - a mixed block that stays mixed changes in its slot or, word by word, in its bitmap;
   *  - a gigabyte becomes uniform, or gets another array, by the reference to the array. That is
   *    decided before anything else is written, so no array in use tells of a uniform gigabyte
   *    (but for the instant in which a spare is put back, when 1G answers are early by one write).
   * A reader that has found a block mixed reads its details and then looks at the summary again:
   * if the block is still (or again) mixed, the details held at a moment of the call, else it
   * starts over. That it may be mixed anew is harmless, as a slot is cleared when its block becomes
   * uniform and a leaf is never given out twice in the life of an array. An array that has been
   * replaced is not changed any more, so a reader still in it sees what was true when it was
   * replaced, which is after the reader's call began. There is one exception: the array of a
   * gigabyte that became uniform may be kept as a spare (Spares). It is then made to tell of that
   * uniform state, which is true since the call began, and is put back, only for the same gigabyte
   * and only in the same state, before anything else is written to it.
   *
   * Memory. Only the first and the last gigabyte of a range can need a new array, and these are
   * made before anything is written; so a change happens as a whole or, without memory, not at
   * all.
   */

  private static final int GIGABYTE_SHIFT = 18;
  private static final VarHandle NODE = MethodHandles.arrayElementVarHandle(long[][].class);
  private static final VarHandle PRIVATE_PAGES = privatePagesHandle();

  private static final Uniformity[] UNIFORMITY = {
    Uniformity.SHARED, Uniformity.PRIVATE, Uniformity.MIXED, Uniformity.MIXED
  };

  private final long pages;

  /** An array of words for each gigabyte. */
  private final long[][] nodes;

  private @Nullable Spares spares;

  @SuppressWarnings("UnusedVariable") // used through PRIVATE_PAGES
  private long privatePages;

  /**
   * A tracker of pages that all are in the same state.
   *
   * @param pages how many pages there are, from 1 to {@link #MAX_PAGES}
   * @param initiallyPrivate whether they are private
   * @throws IllegalArgumentException if {@code pages} is out of its limits
   */
  public ShareabilityTracker(long pages, boolean initiallyPrivate) {
    if (pages < 1 || pages > MAX_PAGES) {
      throw new IllegalArgumentException("pages not in 1 to " + MAX_PAGES + ": " + pages);
    }
    this.pages = pages;
    nodes = new long[(int) (((pages - 1) >>> GIGABYTE_SHIFT) + 1)][];
    Arrays.fill(nodes, Gigabyte.constant(initiallyPrivate));
    privatePages = initiallyPrivate ? pages : 0;
  }

  /** How many pages there are. */
  public long pages() {
    return pages;
  }

  /**
   * Whether a page is private.
   *
   * @param page the number of the page, from 0
   * @throws IndexOutOfBoundsException if there is no such page
   */
  public boolean isPrivate(long page) {
    Objects.checkIndex(page, pages);
    return Gigabyte.isPrivate(node(page), offset(page));
  }

  /**
   * Makes pages private. Those that are already stay so.
   *
   * @param first the first page
   * @param count how many pages; 0 changes nothing
   * @throws IndexOutOfBoundsException if a number is negative or there are not so many pages; then
   *     nothing has changed
   * @throws OutOfMemoryError if there is no memory to note the change; then nothing has changed
   */
  public void setPrivate(long first, long count) {
    set(first, count, true);
  }

  /**
   * Makes pages shared. Those that are already stay so.
   *
   * @param first the first page
   * @param count how many pages; 0 changes nothing
   * @throws IndexOutOfBoundsException if a number is negative or there are not so many pages; then
   *     nothing has changed
   * @throws OutOfMemoryError if there is no memory to note the change; then nothing has changed
   */
  public void setShared(long first, long count) {
    set(first, count, false);
  }

  /**
   * Whether pages are all private; true for no pages. Beside a change, true means that each page
   * was private at some moment of the call.
   *
   * @throws IndexOutOfBoundsException if a number is negative or there are not so many pages
   */
  public boolean allPrivate(long first, long count) {
    Objects.checkFromIndexSize(first, count, pages);
    return firstNot(first, first + count, true) == first + count;
  }

  /**
   * Whether pages are all shared; true for no pages. Beside a change, true means that each page was
   * shared at some moment of the call.
   *
   * @throws IndexOutOfBoundsException if a number is negative or there are not so many pages
   */
  public boolean allShared(long first, long count) {
    Objects.checkFromIndexSize(first, count, pages);
    return firstNot(first, first + count, false) == first + count;
  }

  /**
   * What the pages of the aligned 2 MiB block around a page have in common; the last block may be
   * shorter.
   *
   * @throws IndexOutOfBoundsException if there is no such page
   */
  public Uniformity uniformity2M(long page) {
    Objects.checkIndex(page, pages);
    return UNIFORMITY[Gigabyte.state(node(page), offset(page) >>> Gigabyte.BLOCK_SHIFT)];
  }

  /**
   * What the pages of the aligned 1 GiB block around a page have in common; the last block may be
   * shorter. Beside a change, MIXED may be answered an instant before the change that makes it so.
   *
   * @throws IndexOutOfBoundsException if there is no such page
   */
  public Uniformity uniformity1G(long page) {
    Objects.checkIndex(page, pages);
    // Nothing is read from the array, so no order is needed; and as no answer is the usual one,
    // there is no branch.
    long[] node = (long[]) NODE.getOpaque(nodes, (int) (page >>> GIGABYTE_SHIFT));
    int state = node == Gigabyte.constant(true) ? Gigabyte.PRIVATE : Gigabyte.MIXED;
    return UNIFORMITY[node == Gigabyte.constant(false) ? Gigabyte.SHARED : state];
  }

  /**
   * Where the run of equal pages that starts or goes on at a page ends. Uniform gigabytes and
   * blocks are skipped at once.
   *
   * @param page the page to start at
   * @param limit where to stop looking; not before {@code page}
   * @return the first page after {@code page} in another state, but at most {@code limit}
   * @throws IndexOutOfBoundsException if there is no such page, or {@code limit} is before it or
   *     past the last page's successor
   */
  public long runEnd(long page, long limit) {
    Objects.checkIndex(page, pages);
    Objects.checkFromToIndex(page, limit, pages);
    return firstNot(page + 1, limit, isPrivate(page));
  }

  /** How many pages are private. Beside a change, the number before or after it. */
  public long privatePages() {
    return (long) PRIVATE_PAGES.getAcquire(this);
  }

  private void set(long first, long count, boolean isPrivate) {
    Objects.checkFromIndexSize(first, count, pages);
    if (count == 0) {
      return;
    }
    long end = first + count;
    if (count == Gigabyte.BLOCK_PAGES && end != pages && setWholeBlock(first, isPrivate)) {
      return;
    }
    long unseen = 0;
    if (end == pages) {
      // The last gigabyte is kept whole: what is past the last page is always like the last page.
      end = (long) nodes.length << GIGABYTE_SHIFT;
      unseen = isPrivate(pages - 1) == isPrivate ? 0 : end - pages;
    }
    boolean inBlock = first >>> Gigabyte.BLOCK_SHIFT == (end - 1) >>> Gigabyte.BLOCK_SHIFT;
    long change = inBlock ? setInBlock(first, end, isPrivate) : setRange(first, end, isPrivate);
    long seen = change - (isPrivate ? unseen : -unseen);
    PRIVATE_PAGES.setRelease(this, privatePages + seen);
  }

  /**
   * The quickest way, for a 2 MiB block that is uniform in a gigabyte that is and stays mixed: one
   * bit. Tells whether it was taken.
   */
  private boolean setWholeBlock(long first, boolean isPrivate) {
    long[] node = nodes[(int) (first >>> GIGABYTE_SHIFT)];
    int block = offset(first) >>> Gigabyte.BLOCK_SHIFT;
    long tally = node[Gigabyte.TALLY];
    int old = Tally.privatePages(tally);
    int others = isPrivate ? Gigabyte.PAGES - old : old;
    if ((first & (Gigabyte.BLOCK_PAGES - 1)) != 0
        || others == Gigabyte.BLOCK_PAGES
        || Gigabyte.isConstant(node)
        || Gigabyte.state(node, block) != Gigabyte.uniform(!isPrivate)) {
      return false;
    }
    int change = isPrivate ? Gigabyte.BLOCK_PAGES : -Gigabyte.BLOCK_PAGES;
    Gigabyte.setState(node, block, Gigabyte.uniform(isPrivate));
    node[Gigabyte.TALLY] = tally + change;
    PRIVATE_PAGES.setRelease(this, privatePages + change);
    return true;
  }

  /** The quick way for most calls; returns by how much the private pages grew. */
  private long setInBlock(long first, long end, boolean isPrivate) {
    int gigabyte = (int) (first >>> GIGABYTE_SHIFT);
    long[] node = nodes[gigabyte];
    int count = (int) (end - first);
    int privatePages = Tally.privatePages(node[Gigabyte.TALLY]);
    int others = isPrivate ? Gigabyte.PAGES - privatePages : privatePages;
    int offset = offset(first);
    if (others <= count
        && others == Math.abs(change(gigabyte, offset, offset + count, isPrivate))) {
      // The gigabyte is uniform or becomes so.
      if (others != 0) {
        NODE.setRelease(nodes, gigabyte, Gigabyte.constant(isPrivate));
        spares().keep(gigabyte, node, offset >>> Gigabyte.BLOCK_SHIFT, isPrivate);
      }
      return isPrivate ? others : -others;
    }
    int block = offset >>> Gigabyte.BLOCK_SHIFT;
    if (Gigabyte.isConstant(node)) {
      long[] spare = spares().take(gigabyte, !isPrivate);
      if (spare != null) {
        // It tells of the same uniform state, so nobody can see the difference yet.
        node = spare;
        NODE.setRelease(nodes, gigabyte, node);
      }
    }
    int from = (int) first & (Gigabyte.BLOCK_PAGES - 1);
    int to = from + count;
    int change =
        Gigabyte.isConstant(node)
            ? GigabyteEdit.NO_SLOT
            : GigabyteEdit.setBlock(node, block, from, to, isPrivate);
    if (change <= GigabyteEdit.NO_LEAF) {
      int moreLeaves = change == GigabyteEdit.NO_LEAF ? 1 : 0;
      node = GigabyteCopy.of(node, 1 - moreLeaves, moreLeaves);
      change = GigabyteEdit.setBlock(node, block, from, to, isPrivate);
    } else if (GigabyteCopy.isWasteful(node)) {
      node = trimmed(node);
    }
    if (node != nodes[gigabyte]) {
      NODE.setRelease(nodes, gigabyte, node);
    }
    return change;
  }

  private Spares spares() {
    Spares kept = spares;
    if (kept == null) {
      kept = new Spares();
      spares = kept;
    }
    return kept;
  }

  /** The general way. */
  private long setRange(long first, long end, boolean isPrivate) {
    int head = (int) (first >>> GIGABYTE_SHIFT);
    int tail = (int) ((end - 1) >>> GIGABYTE_SHIFT);
    int from = offset(first);
    int to = offset(end - 1) + 1;
    if (head != tail) {
      return setAcross(head, from, tail, to, isPrivate);
    }
    int change = change(head, from, to, isPrivate);
    commit(head, room(head, from, to, isPrivate, change), from, to, isPrivate, change);
    return change;
  }

  /** Sets a range over several gigabytes; returns by how much the private pages grew. */
  private long setAcross(int head, int from, int tail, int to, boolean isPrivate) {
    int headChange = change(head, from, Gigabyte.PAGES, isPrivate);
    int tailChange = change(tail, 0, to, isPrivate);
    long[] headRoom = room(head, from, Gigabyte.PAGES, isPrivate, headChange);
    long[] tailRoom = room(tail, 0, to, isPrivate, tailChange);
    // What can fail is done; nothing has been published.
    commit(head, headRoom, from, Gigabyte.PAGES, isPrivate, headChange);
    long change = headChange + (long) tailChange;
    for (int i = head + 1; i < tail; i++) {
      int old = Tally.privatePages(nodes[i][Gigabyte.TALLY]);
      change += (isPrivate ? Gigabyte.PAGES : 0) - old;
      NODE.setRelease(nodes, i, Gigabyte.constant(isPrivate));
    }
    commit(tail, tailRoom, 0, to, isPrivate, tailChange);
    return change;
  }

  /** By how much the private pages of a gigabyte will grow. */
  private int change(int gigabyte, int from, int to, boolean isPrivate) {
    int old = Gigabyte.privatePages(nodes[gigabyte], from, to);
    return isPrivate ? to - from - old : -old;
  }

  /** The array that is to hold the gigabyte after the change; allocates, but publishes nothing. */
  private long[] room(int gigabyte, int from, int to, boolean isPrivate, int change) {
    long[] node = nodes[gigabyte];
    if (change == 0) {
      return node;
    }
    int privateAfter = Tally.privatePages(node[Gigabyte.TALLY]) + change;
    return privateAfter == (isPrivate ? Gigabyte.PAGES : 0)
        ? Gigabyte.constant(isPrivate)
        : GigabyteEdit.withRoom(node, from, to, isPrivate);
  }

  private void commit(int gigabyte, long[] room, int from, int to, boolean isPrivate, int change) {
    if (change == 0) {
      return;
    }
    long[] node = room;
    if (!Gigabyte.isConstant(room)) {
      GigabyteEdit.set(room, from, to, isPrivate);
      node = GigabyteCopy.isWasteful(room) ? trimmed(room) : room;
    }
    if (node != nodes[gigabyte]) {
      NODE.setRelease(nodes, gigabyte, node);
    }
  }

  private static long[] trimmed(long[] node) {
    try {
      return GigabyteCopy.of(node, 0, 0);
    } catch (OutOfMemoryError e) {
      return node; // Larger than need be, but right; the change itself must not fail any more.
    }
  }

  private long firstNot(long first, long limit, boolean isPrivate) {
    long at = first;
    while (at < limit) {
      long[] node = node(at);
      int offset = offset(at);
      int found =
          node == Gigabyte.constant(isPrivate)
              ? Gigabyte.PAGES
              : Gigabyte.firstNot(node, offset, isPrivate);
      at += found - offset;
      if (found < Gigabyte.PAGES) {
        break;
      }
    }
    return Math.min(at, limit);
  }

  private long[] node(long page) {
    return (long[]) NODE.getAcquire(nodes, (int) (page >>> GIGABYTE_SHIFT));
  }

  /** The place of a page in its gigabyte. */
  private static int offset(long page) {
    return (int) page & (Gigabyte.PAGES - 1);
  }

  private static VarHandle privatePagesHandle() {
    try {
      return MethodHandles.lookup()
          .findVarHandle(ShareabilityTracker.class, "privatePages", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
