package io.github.gmem4j.benchmarks.tracker;

/** Brings maps of shared pages into the states that the workloads start from. */
final class Guests {
  static final int BOOT_CALLS_AFTER_SWEEP = 32 + 4_000 + 1_000;

  private static final int BLOCK = PageMap.BLOCK_PAGES;
  private static final int CLUSTERS = 250;
  private static final int CLUSTER_PAGES = 16;

  private Guests() {}

  static void allPrivate(PageMap map, int pages) {
    map.set(0, pages, true);
  }

  /** Private, but for one shared region of 64 MiB and 255 shared runs of 1 to 16 pages. */
  static void few(PageMap map, int pages) {
    allPrivate(map, pages);
    SplitMix64 random = new SplitMix64(1);
    map.set((long) random.below(pages / BLOCK - 32) * BLOCK, 32 * BLOCK, false);
    for (int i = 0; i < 255; i++) {
      map.set(random.below(pages - 16), 1 + random.below(16), false);
    }
  }

  /** Every second page is private. */
  static void alternating(PageMap map, int pages) {
    map.alternate(pages);
  }

  /** The guest accepts all of its memory as private, in calls of 2 MiB. */
  static void sweep(PageMap map, int pages) {
    for (int first = 0; first < pages; first += BLOCK) {
      map.set(first, BLOCK, true);
    }
  }

  /**
   * What a guest does after it has accepted its memory: 32 calls of 2 MiB for bounce buffers, then
   * 4,000 single pages in clusters of 16, of which the first 1,000 are taken back in order.
   */
  static void afterSweep(PageMap map, int pages) {
    SplitMix64 random = new SplitMix64(2);
    long buffers = (long) random.below(pages / BLOCK - 32) * BLOCK;
    for (int i = 0; i < 32; i++) {
      map.set(buffers + (long) i * BLOCK, BLOCK, false);
    }
    int[] clusters = random.below(pages - CLUSTER_PAGES, CLUSTERS);
    for (int i = 0; i < CLUSTERS * CLUSTER_PAGES; i++) {
      map.set(page(clusters, i), 1, false);
    }
    for (int i = 0; i < 1_000; i++) {
      map.set(page(clusters, i), 1, true);
    }
  }

  private static int page(int[] clusters, int i) {
    return clusters[i / CLUSTER_PAGES] + i % CLUSTER_PAGES;
  }

  static void boot(PageMap map, int pages) {
    sweep(map, pages);
    afterSweep(map, pages);
  }
}
