package io.github.gmem4j.benchmarks.tracker;

/** What the tracker and its peers have in common, for the workloads. */
interface PageMap {
  /** The pages of a 2 MiB block. */
  int BLOCK_PAGES = 512;

  /** The pages of a gigabyte. */
  int GIGABYTE_PAGES = 1 << 18;

  boolean isPrivate(long page);

  void set(long first, long count, boolean isPrivate);

  /** Whether the aligned block of so many pages around a page is: 0 private, 1 shared, 2 mixed. */
  int uniformity(long page, int blockPages);

  /** Makes every second page private and the others shared, the quickest way there is. */
  default void alternate(long pages) {
    for (long page = 0; page < pages; page++) {
      set(page, 1, (page & 1) != 0);
    }
  }
}
