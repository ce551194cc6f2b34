package io.github.gmem4j.api.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.memory.PageIndex;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Guest physical addresses and frames, host addresses. */
class GuestAddressesTest {
  private static final long LIMIT = PageIndex.LIMIT;

  @ParameterizedTest
  @ValueSource(longs = {-1, 1L << 52, Long.MIN_VALUE})
  void frameOutOfItsLimitsIsIllegal(long value) {
    assertThrows(IllegalArgumentException.class, () -> new Gfn(value));
  }

  @Test
  void everyAddressHasAFrame() {
    assertEquals(new Gfn(LIMIT - 1), new Gpa(-1).gfn());
    assertEquals(new Gfn(0), new Gpa(4095).gfn());
    assertEquals(new Gpa(-4096), new Gfn(LIMIT - 1).gpa());
    assertEquals(0xfff, new Gpa(-1).inPage());
  }

  @Test
  void addressesAreUnsignedAndFramesAreOrdered() {
    assertTrue(new Gpa(-1).compareTo(new Gpa(0)) > 0);
    assertTrue(new Gfn(2).compareTo(new Gfn(10)) < 0);
  }

  @Test
  void rangeOfFramesMayReachTheLimitButNotPastItAndIsNeverEmpty() {
    assertEquals(LIMIT, GfnRange.of(LIMIT - 2, 2).endExclusive());
    assertThrows(IllegalArgumentException.class, () -> GfnRange.of(LIMIT - 2, 3));
    assertThrows(IllegalArgumentException.class, () -> GfnRange.of(0, 0));
    assertThrows(IllegalArgumentException.class, () -> GfnRange.of(0, -1));
  }

  @ParameterizedTest
  @CsvSource({"5, 5, false", "5, 6, true", "15, 1, false", "14, 9, true", "0, 99, true"})
  void overlapNeedsAFrameInCommon(long first, long count, boolean expected) {
    assertEquals(expected, GfnRange.of(10, 5).overlaps(GfnRange.of(first, count)));
    assertEquals(expected, GfnRange.of(first, count).overlaps(GfnRange.of(10, 5)));
  }

  @Test
  void rangeContainsItsFramesToTheLast() {
    GfnRange range = GfnRange.of(10, 5);

    assertTrue(range.contains(new Gfn(10)));
    assertTrue(range.contains(new Gfn(14)));
    assertFalse(range.contains(new Gfn(9)));
    assertFalse(range.contains(new Gfn(15)));
  }

  @Test
  void bytesAndFramesOfAnAlignedRangeAreTheSameThing() {
    assertEquals(GpaRange.of(0xa000, 0x5000), GfnRange.of(10, 5).bytes());
    assertEquals(GfnRange.of(10, 5), GpaRange.of(0xa000, 0x5000).frames());
  }

  @ParameterizedTest
  @CsvSource({"1, 4096", "0, 0", "0, 1", "-4096, 4096", "-4096, 8192"})
  void unalignedEmptyOrWrappingRangeHasNoFrames(long start, long size) {
    assertThrows(IllegalArgumentException.class, () -> GpaRange.of(start, size).frames());
    assertTrue(
        !GpaRange.of(start, size).isPageAligned() || GpaRange.of(start, size).isEmptyOrWraps());
  }

  @Test
  void hostAddressesAreUncheckedAndAddUp() {
    assertEquals(new HostVirtualAddress(0x1fff), new HostVirtualAddress(0x1000).plus(0xfff));
    assertTrue(HostVirtualAddress.NULL.isPageAligned());
    assertFalse(new HostVirtualAddress(8).isPageAligned());
  }

  @Test
  void numbersAreShownInHexadecimal() {
    assertEquals("gpa 0xffffffffffffffff", new Gpa(-1).toString());
    assertEquals("gfn 0xff", new Gfn(255).toString());
    assertEquals("gfns [0xff, +2)", GfnRange.of(255, 2).toString());
    assertEquals("gpa [0x1000, +0x2000)", GpaRange.of(4096, 8192).toString());
    assertEquals("hva 0x10", new HostVirtualAddress(16).toString());
  }

  @Test
  void bytesOfTheFramesUpToTheLimitWrapAsTheKernelSaysAndAllOfThemHaveNoSize() {
    long limit = 1L << 52;

    assertEquals(GpaRange.of(0, -4096), GfnRange.of(0, limit - 1).bytes());
    assertTrue(GfnRange.of(limit - 1, 1).bytes().isEmptyOrWraps());
    assertThrows(ArithmeticException.class, () -> GfnRange.of(0, limit).bytes());
  }
}
