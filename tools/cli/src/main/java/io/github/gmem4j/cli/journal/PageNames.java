package io.github.gmem4j.cli.journal;

import io.github.gmem4j.api.memory.PageRange;

/** How pages are called. */
public final class PageNames {
  private PageNames() {}

  /** Returns {@code page 3} or {@code pages 0-7}, both ends included. */
  public static String of(PageRange pages) {
    return of(pages.first().value(), pages.count().value());
  }

  /** Returns {@code page 3} or {@code pages 0-7}, both ends included. */
  public static String of(long first, long count) {
    return count == 1 ? "page " + first : "pages " + first + "-" + (first + count - 1);
  }
}
