package io.github.gmem4j.core.tracker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.BitSet;
import java.util.Random;

/** A tracker and a bit set that go through the same changes, and must agree on every question. */
final class Model {
  static final int BLOCK = 512;
  static final int GIGABYTE = 1 << 18;

  final ShareabilityTracker tracker;
  private final int pages;
  private final BitSet bits;

  Model(int pages, boolean initiallyPrivate) {
    this.pages = pages;
    tracker = new ShareabilityTracker(pages, initiallyPrivate);
    bits = new BitSet(pages);
    bits.set(0, pages, initiallyPrivate);
  }

  void set(int first, int count, boolean isPrivate) {
    if (isPrivate) {
      tracker.setPrivate(first, count);
    } else {
      tracker.setShared(first, count);
    }
    bits.set(first, first + count, isPrivate);
  }

  /** Asks about every page, block and run. */
  void checkAll() {
    for (int page = 0; page < pages; page++) {
      checkPage(page);
    }
    for (int start = 0; start < pages; start += BLOCK) {
      checkUniformity(start);
    }
    int at = 0;
    while (at < pages) {
      int end = end(at, pages);
      assertEquals(end, tracker.runEnd(at, pages), "end of the run at " + at);
      at = end;
    }
    checkCount();
  }

  /** Asks some random questions, near the given page for a good part. */
  void checkSome(Random random, int near) {
    checkPage(random.nextInt(pages));
    for (int page = Math.max(0, near - 2); page < Math.min(pages, near + 3); page++) {
      checkPage(page);
    }
    checkUniformity(near);
    checkUniformity(random.nextInt(pages));
    int limit = near + random.nextInt(pages - near + 1);
    assertEquals(end(near, limit), tracker.runEnd(near, limit), near + " to " + limit);
    int privatePages = bits.get(near, limit).cardinality();
    int count = limit - near;
    assertEquals(privatePages == count, tracker.allPrivate(near, count), "all private");
    assertEquals(privatePages == 0, tracker.allShared(near, count), "all shared");
    checkCount();
  }

  private void checkPage(int page) {
    if (bits.get(page) != tracker.isPrivate(page)) {
      throw new AssertionError("page " + page + " should be private: " + bits.get(page));
    }
  }

  private void checkUniformity(int page) {
    assertEquals(uniformity(page, BLOCK), tracker.uniformity2M(page), "2M around " + page);
    assertEquals(uniformity(page, GIGABYTE), tracker.uniformity1G(page), "1G around " + page);
  }

  private void checkCount() {
    assertEquals(bits.cardinality(), tracker.privatePages(), "private pages");
  }

  private int end(int page, int limit) {
    int next = bits.get(page % pages) ? bits.nextClearBit(page) : bits.nextSetBit(page);
    return next < 0 ? limit : Math.min(next, limit);
  }

  private Uniformity uniformity(int page, int size) {
    int start = page / size * size;
    int end = Math.min(start + size, pages);
    boolean first = bits.get(start);
    if (end(start, end) < end) {
      return Uniformity.MIXED;
    }
    return first ? Uniformity.PRIVATE : Uniformity.SHARED;
  }
}
