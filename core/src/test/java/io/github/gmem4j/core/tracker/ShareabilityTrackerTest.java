package io.github.gmem4j.core.tracker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class ShareabilityTrackerTest {
  private static final int BLOCK = Model.BLOCK;
  private static final int GIGABYTE = Model.GIGABYTE;

  @Test
  void aNewTrackerIsUniform() {
    for (boolean isPrivate : new boolean[] {true, false}) {
      ShareabilityTracker tracker = new ShareabilityTracker(3L * GIGABYTE + 5, isPrivate);
      assertEquals(3L * GIGABYTE + 5, tracker.pages());
      assertEquals(isPrivate, tracker.isPrivate(0));
      assertEquals(isPrivate, tracker.isPrivate(3L * GIGABYTE + 4));
      assertEquals(isPrivate ? tracker.pages() : 0, tracker.privatePages());
      assertEquals(tracker.pages(), tracker.runEnd(0, tracker.pages()));
    }
  }

  @Test
  void theLargestTrackerKnowsItsLastPage() {
    ShareabilityTracker tracker = new ShareabilityTracker(ShareabilityTracker.MAX_PAGES, true);
    long last = ShareabilityTracker.MAX_PAGES - 1;
    assertTrue(tracker.isPrivate(last));
    tracker.setShared(last, 1);
    assertFalse(tracker.isPrivate(last));
    assertTrue(tracker.isPrivate(last - 1));
    assertEquals(Uniformity.MIXED, tracker.uniformity2M(last));
    assertEquals(Uniformity.MIXED, tracker.uniformity1G(last));
    assertEquals(last, tracker.runEnd(1, last + 1));
    assertEquals(last, tracker.privatePages());
    tracker.setShared(0, ShareabilityTracker.MAX_PAGES);
    assertTrue(tracker.allShared(0, ShareabilityTracker.MAX_PAGES));
    assertEquals(0, tracker.privatePages());
  }

  @Test
  void numbersOfPagesOutsideTheLimitsAreRefusedByName() {
    for (long pages : new long[] {Long.MIN_VALUE, -1, 0, ShareabilityTracker.MAX_PAGES + 1}) {
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> new ShareabilityTracker(pages, true));
      assertTrue(e.toString().contains(Long.toString(pages)), e.toString());
    }
  }

  @Test
  void badArgumentsAreRefusedByNameAndChangeNothing() {
    int pages = GIGABYTE + 100;
    ShareabilityTracker tracker = new ShareabilityTracker(pages, true);
    long[][] ranges = {
      {-1, 1},
      {0, -1},
      {pages, 1},
      {pages - 1, 2},
      {0, pages + 1L},
      {1, Long.MAX_VALUE},
      {Long.MAX_VALUE, 1},
      {pages + 1, 0}
    };
    for (long[] range : ranges) {
      long first = range[0];
      refused(() -> tracker.setPrivate(first, range[1]), first);
      refused(() -> tracker.setShared(first, range[1]), first);
      refused(() -> tracker.allPrivate(first, range[1]), first);
      refused(() -> tracker.allShared(first, range[1]), first);
    }
    for (long page : new long[] {-1, pages, Long.MIN_VALUE, 1L << 50}) {
      refused(() -> tracker.isPrivate(page), page);
      refused(() -> tracker.uniformity2M(page), page);
      refused(() -> tracker.uniformity1G(page), page);
      refused(() -> tracker.runEnd(page, pages), page);
    }
    refused(() -> tracker.runEnd(5, 4), 4);
    refused(() -> tracker.runEnd(5, pages + 1), pages + 1);
    assertEquals(pages, tracker.privatePages());
    assertTrue(tracker.allPrivate(0, pages));
  }

  private static void refused(Executable call, long value) {
    IndexOutOfBoundsException e = assertThrows(IndexOutOfBoundsException.class, call);
    assertTrue(e.toString().contains(Long.toString(value)), e.toString());
  }

  @Test
  void noPagesAreBothPrivateAndSharedAndChangeNothing() {
    ShareabilityTracker tracker = new ShareabilityTracker(BLOCK, true);
    tracker.setShared(0, 0);
    tracker.setShared(BLOCK, 0);
    assertTrue(tracker.allPrivate(0, BLOCK));
    assertTrue(tracker.allPrivate(7, 0));
    assertTrue(tracker.allShared(BLOCK, 0));
    assertEquals(7, tracker.runEnd(7, 7));
  }

  @Test
  void aShortLastBlockIsJudgedByThePagesThatExist() {
    ShareabilityTracker tracker = new ShareabilityTracker(GIGABYTE + BLOCK + 10, true);
    long start = GIGABYTE + BLOCK;
    tracker.setShared(start, 9);
    assertEquals(Uniformity.MIXED, tracker.uniformity2M(start));
    tracker.setShared(start + 9, 1);
    assertEquals(Uniformity.SHARED, tracker.uniformity2M(start));
    assertEquals(Uniformity.MIXED, tracker.uniformity1G(start));
    assertEquals(GIGABYTE + BLOCK, tracker.privatePages());
    tracker.setShared(GIGABYTE, BLOCK);
    assertEquals(Uniformity.SHARED, tracker.uniformity1G(start));
    assertEquals(Uniformity.PRIVATE, tracker.uniformity1G(0));
  }

  @Test
  void aWholeLastBlockCountsForItsGigabyteWhereverThePagesEnd() {
    ShareabilityTracker tracker = new ShareabilityTracker(GIGABYTE + 4L * BLOCK, true);
    tracker.setShared(GIGABYTE, BLOCK);
    tracker.setShared(GIGABYTE + 3L * BLOCK, BLOCK);
    tracker.setShared(GIGABYTE + BLOCK, 2L * BLOCK);

    assertEquals(Uniformity.SHARED, tracker.uniformity1G(GIGABYTE));
    assertEquals(GIGABYTE, tracker.privatePages());
  }

  @Test
  void aSinglePageMakesItsBlockAndGigabyteMixedAndMergesBack() {
    ShareabilityTracker tracker = new ShareabilityTracker(2L * GIGABYTE, true);
    long page = GIGABYTE + 12_345;
    tracker.setShared(page, 1);
    assertEquals(Uniformity.MIXED, tracker.uniformity2M(page));
    assertEquals(Uniformity.PRIVATE, tracker.uniformity2M(page + BLOCK));
    assertEquals(Uniformity.MIXED, tracker.uniformity1G(page));
    assertEquals(page, tracker.runEnd(0, tracker.pages()));
    assertEquals(page + 1, tracker.runEnd(page, tracker.pages()));
    tracker.setPrivate(page, 1);
    assertEquals(Uniformity.PRIVATE, tracker.uniformity2M(page));
    assertEquals(Uniformity.PRIVATE, tracker.uniformity1G(page));
  }
}
