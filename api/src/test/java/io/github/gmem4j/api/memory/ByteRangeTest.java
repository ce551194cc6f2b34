package io.github.gmem4j.api.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bytes exactly as a caller gave them: unsigned, unchecked, possibly nonsense. */
class ByteRangeTest {
  @ParameterizedTest(name = "[{0}, +{1})")
  @CsvSource({
    "0, 0, true",
    "5, 0, true",
    "-1, 0, true",
    "0, 1, false",
    "0, -1, false",
    "1, -1, true",
    "1, -2, false",
    "-4096, 4096, true",
    "-4096, 4095, false",
    "-4096, 8192, true",
    "-1, 1, true",
    "-9223372036854775808, -9223372036854775808, true",
    "9223372036854775807, 1, false",
    "9223372036854775807, 9223372036854775807, false",
  })
  void rangeWrapsWhenItsEndDoesNotFitIn64BitsNotEvenAsZero(
      long start, long size, boolean expected) {
    assertEquals(expected, ByteRange.of(start, size).isEmptyOrWraps());
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, true",
    "4096, 4096, true",
    "-4096, -4096, true",
    "1, 4096, false",
    "4096, 1, false",
    "4095, 4096, false",
    "4096, 4097, false"
  })
  void rangeIsAlignedWhenStartAndSizeAre(long start, long size, boolean expected) {
    assertEquals(expected, ByteRange.of(start, size).isPageAligned());
  }

  @Test
  void endIsOnePastTheLastByte() {
    assertEquals(new ByteOffset(12), ByteRange.of(4, 8).end());
    assertEquals(new ByteOffset(Long.MIN_VALUE), ByteRange.of(Long.MAX_VALUE, 1).end());
  }

  @Test
  void pagesOfAnAlignedRange() {
    assertEquals(PageRange.of(2, 3), ByteRange.of(2 * 4096, 3 * 4096).pages());
    assertEquals(PageRange.of(2, 3).bytes(), ByteRange.of(2 * 4096, 3 * 4096));
  }

  @Test
  void lastRangeThatFitsEndsOnePageBeforeTheLimit() {
    ByteRange last = ByteRange.of(-8192, 4096);

    assertEquals(PageRange.of(PageIndex.LIMIT - 2, 1), last.pages());
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 4096", "4096, 1", "-4096, 4096", "-4096, 8192"})
  void unalignedEmptyOrWrappingRangeHasNoPages(long start, long size) {
    IllegalArgumentException thrown =
        assertThrows(IllegalArgumentException.class, () -> ByteRange.of(start, size).pages());

    assertTrue(thrown.toString().contains(ByteRange.of(start, size).toString()));
  }

  @Test
  void offsetsAreUnsigned() {
    assertTrue(new ByteOffset(-1).compareTo(new ByteOffset(1)) > 0);
    assertTrue(new ByteOffset(Long.MIN_VALUE).compareTo(new ByteOffset(Long.MAX_VALUE)) > 0);
    assertEquals(0, new ByteOffset(7).compareTo(new ByteOffset(7)));
    assertEquals(new PageIndex(PageIndex.LIMIT - 1), new ByteOffset(-1).page());
    assertEquals(4095, new ByteOffset(-1).inPage());
    assertEquals(0, new ByteOffset(4096).inPage());
  }

  @Test
  void numbersAreShownInHexadecimal() {
    assertEquals("[0x1000, +0x2000)", ByteRange.of(4096, 8192).toString());
    assertEquals("0xffffffffffffffff", new ByteOffset(-1).toString());
    assertEquals("0x10", new ByteCount(16).toString());
  }

  @Test
  void sizesOfEachUnit() {
    assertEquals(new ByteCount(1024), ByteCount.kib(1));
    assertEquals(new ByteCount(1 << 20), ByteCount.mib(1));
    assertEquals(new ByteCount(1 << 30), ByteCount.gib(1));
    assertEquals(new ByteCount(1L << 40), ByteCount.tib(1));
    assertEquals(ByteCount.PAGE, ByteCount.kib(4));
    assertThrows(ArithmeticException.class, () -> ByteCount.tib(1L << 23));
    assertEquals(new ByteCount((1L << 23) - 1 << 40), ByteCount.tib((1L << 23) - 1));
  }

  @Test
  void partOfAPageAtTheEndDoesNotCount() {
    assertEquals(PageCount.ZERO, new ByteCount(4095).wholePages());
    assertEquals(PageCount.ONE, new ByteCount(4096).wholePages());
    assertEquals(PageCount.ONE, new ByteCount(8191).wholePages());
    assertEquals(new PageCount(PageIndex.LIMIT - 1), new ByteCount(-1).wholePages());
  }

  @Test
  void valuesAreEqualByValue() {
    assertEquals(ByteRange.of(1, 2), ByteRange.of(1, 2));
    assertEquals(ByteRange.of(1, 2).hashCode(), ByteRange.of(1, 2).hashCode());
    assertNotEquals(ByteRange.of(1, 2), ByteRange.of(2, 1));
    assertFalse(Page.isAligned(1));
    assertTrue(Page.isAligned(0));
    assertEquals(Page.BYTES, 1 << Page.SHIFT);
  }
}
