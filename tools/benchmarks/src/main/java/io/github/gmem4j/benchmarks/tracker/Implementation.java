package io.github.gmem4j.benchmarks.tracker;

/** The structures that are compared. */
public enum Implementation {
  TRACKER(Kind.FLAT),
  BITMAP(Kind.FLAT),
  BITSET(Kind.FLAT),
  ROARING(Kind.FLAT),
  TREEMAP(Kind.TREE),
  RANGEMAP(Kind.SLOW_TREE);

  /** How the memory of a structure grows with the number of runs. */
  private enum Kind {
    FLAT,
    TREE,
    SLOW_TREE
  }

  private final Kind kind;

  Implementation(Kind kind) {
    this.kind = kind;
  }

  /** A map of that many shared pages. */
  PageMap create(long pages) {
    return switch (this) {
      case TRACKER -> new TrackerPages(pages);
      case BITMAP -> new BitmapPages(pages);
      case BITSET -> new BitSetPages(pages);
      case ROARING -> new RoaringPages(pages);
      case TREEMAP -> new TreeMapPages(pages);
      case RANGEMAP -> new RangeMapPages(pages);
    };
  }

  boolean isTree() {
    return kind != Kind.FLAT;
  }

  /**
   * Whether the alternating guest is measured. A tree needs an entry for each page: at 1 TiB more
   * than 16 GiB of heap, and the range map at 64 GiB already 2 GiB and most of a minute to fill.
   */
  boolean canAlternate(GuestSize size) {
    return switch (kind) {
      case FLAT -> true;
      case TREE -> size == GuestSize.GIB_64;
      case SLOW_TREE -> false;
    };
  }
}
