package io.github.gmem4j.api.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Page indexes and ranges are checked where they are made. */
class PageRangeTest {
  private static final long LIMIT = PageIndex.LIMIT;

  @ParameterizedTest
  @ValueSource(longs = {0, 1, (1L << 52) - 1})
  void indexUpToTheLastIsFine(long value) {
    assertEquals(value, new PageIndex(value).value());
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, 1L << 52, Long.MAX_VALUE})
  void indexOutOfItsLimitsIsIllegal(long value) {
    assertThrows(IllegalArgumentException.class, () -> new PageIndex(value));
  }

  @Test
  void rangeMayReachTheLimitButNotPastIt() {
    assertEquals(LIMIT, PageRange.of(LIMIT - 1, 1).endExclusive());
    assertEquals(LIMIT, PageRange.of(0, LIMIT).endExclusive());
    assertThrows(IllegalArgumentException.class, () -> PageRange.of(LIMIT - 1, 2));
    assertThrows(IllegalArgumentException.class, () -> PageRange.of(0, LIMIT + 1));
    assertThrows(IllegalArgumentException.class, () -> PageRange.of(1, Long.MAX_VALUE));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void rangeIsNeverEmpty(long count) {
    assertThrows(IllegalArgumentException.class, () -> PageRange.of(0, count));
  }

  @ParameterizedTest
  @CsvSource({"9, false", "10, true", "14, true", "15, false"})
  void containsItsPagesToTheLast(long page, boolean expected) {
    assertEquals(expected, PageRange.of(10, 5).contains(new PageIndex(page)));
  }

  @ParameterizedTest
  @CsvSource({
    "5, 5, false",
    "5, 6, true",
    "14, 1, true",
    "15, 1, false",
    "0, 100, true",
    "11, 1, true"
  })
  void overlapNeedsAPageInCommon(long first, long count, boolean expected) {
    PageRange range = PageRange.of(10, 5);
    PageRange other = PageRange.of(first, count);

    assertEquals(expected, range.overlaps(other));
    assertEquals(expected, other.overlaps(range));
    assertTrue(range.overlaps(range));
  }

  @Test
  void bytesOfPages() {
    assertEquals(ByteRange.of(0x3000, 0x2000), PageRange.of(3, 2).bytes());
    assertEquals(new ByteOffset(0x3000), new PageIndex(3).offset());
    assertEquals(PageRange.of(3, 1), new PageIndex(3).asRange());
    assertEquals(new ByteOffset(-4096), new PageIndex(LIMIT - 1).offset());
  }

  @Test
  void bytesOfThePagesUpToTheLimitWrapAsTheKernelSaysAndAllOfThemHaveNoSize() {
    assertEquals(ByteRange.of(0, -4096), PageRange.of(0, LIMIT - 1).bytes());
    assertFalse(PageRange.of(0, LIMIT - 1).bytes().isEmptyOrWraps());
    assertEquals(ByteRange.of(-4096, 4096), PageRange.of(LIMIT - 1, 1).bytes());
    assertTrue(PageRange.of(LIMIT - 1, 1).bytes().isEmptyOrWraps());
    assertTrue(PageRange.of(1, LIMIT - 1).bytes().isEmptyOrWraps());
    ArithmeticException thrown =
        assertThrows(ArithmeticException.class, () -> PageRange.of(0, LIMIT).bytes());
    assertTrue(thrown.toString().contains(PageRange.of(0, LIMIT).toString()));
  }

  @Test
  void countIsUncheckedAndItsBytesWrap() {
    assertEquals(ByteCount.ZERO, new PageCount(LIMIT).bytes());
    assertEquals(new ByteCount(-4096), new PageCount(-1).bytes());
    assertEquals("1 page", PageCount.ONE.toString());
    assertEquals("0 pages", PageCount.ZERO.toString());
    assertEquals("18446744073709551615 pages", new PageCount(-1).toString());
  }

  @Test
  void pagesAreOrderedAndShownByIndex() {
    assertTrue(new PageIndex(2).compareTo(new PageIndex(10)) < 0);
    assertEquals("page 2", new PageIndex(2).toString());
    assertEquals("pages [2, 5)", PageRange.of(2, 3).toString());
    assertFalse(PageRange.of(2, 3).equals(PageRange.of(2, 4)));
  }
}
