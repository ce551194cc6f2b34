package io.github.gmem4j.benchmarks.tracker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.BitSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PageMapTest {
  private static final int PAGES = 2 * PageMap.GIGABYTE_PAGES;

  @ParameterizedTest
  @EnumSource(Implementation.class)
  void everyImplementationAgreesWithBitSetAfterRandomConversions(Implementation implementation) {
    PageMap map = implementation.create(PAGES);
    BitSet bits = new BitSet(PAGES);
    SplitMix64 random = new SplitMix64(42);
    for (int i = 0; i < 3_000; i++) {
      int longest = i % 16 == 0 ? PAGES : i % 2 == 0 ? 3 * PageMap.BLOCK_PAGES : 4;
      int first = random.below(PAGES);
      int count = 1 + random.below(Math.min(longest, PAGES - first));
      boolean isPrivate = random.below(2) == 1;
      map.set(first, count, isPrivate);
      bits.set(first, first + count, isPrivate);
      check(map, bits, Math.max(0, first - 1));
      check(map, bits, first);
      check(map, bits, first + count - 1);
      check(map, bits, Math.min(PAGES - 1, first + count));
      check(map, bits, random.below(PAGES));
    }
    checkAll(map, bits);
  }

  @ParameterizedTest
  @EnumSource(Implementation.class)
  void everyImplementationAgreesWithBitSetInTheWorkloadsGuests(Implementation implementation) {
    BitSet bits = new BitSet(PAGES);
    PageMap reference = new BitSetPages(PAGES);
    PageMap map = implementation.create(PAGES);
    Guests.boot(map, PAGES);
    Guests.boot(reference, PAGES);
    copy(reference, bits);
    checkAll(map, bits);

    map = implementation.create(PAGES);
    Guests.few(map, PAGES);
    Guests.few(reference, PAGES);
    copy(reference, bits);
    checkAll(map, bits);

    map = implementation.create(PAGES);
    Guests.alternating(map, PAGES);
    Guests.alternating(reference, PAGES);
    copy(reference, bits);
    checkAll(map, bits);
  }

  private static void copy(PageMap map, BitSet bits) {
    for (int page = 0; page < PAGES; page++) {
      bits.set(page, map.isPrivate(page));
    }
  }

  private static void checkAll(PageMap map, BitSet bits) {
    for (int page = 0; page < PAGES; page++) {
      if (bits.get(page) != map.isPrivate(page)) {
        throw new AssertionError("page " + page + " should be private: " + bits.get(page));
      }
    }
    for (int page = 0; page < PAGES; page += PageMap.BLOCK_PAGES) {
      check(map, bits, page);
    }
  }

  private static void check(PageMap map, BitSet bits, int page) {
    assertEquals(bits.get(page), map.isPrivate(page), "page " + page);
    for (int size : new int[] {PageMap.BLOCK_PAGES, PageMap.GIGABYTE_PAGES}) {
      int start = page & -size;
      int set = bits.get(start, start + size).cardinality();
      int expected = set == size ? 0 : set == 0 ? 1 : 2;
      assertEquals(expected, map.uniformity(page, size), size + " pages around " + page);
    }
  }
}
