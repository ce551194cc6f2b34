package io.github.gmem4j.benchmarks.tracker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class PlainReadsTest {
  @Test
  void plainReadsAgreeWithTheTracker() {
    int pages = 2 * PageMap.GIGABYTE_PAGES;
    TrackerPages map = new TrackerPages(pages);
    Guests.few(map, pages);
    PlainReads plain = new PlainReads(map.tracker());
    for (int page = 0; page < pages; page++) {
      assertEquals(map.isPrivate(page), plain.isPrivate(page), "page " + page);
    }
  }
}
