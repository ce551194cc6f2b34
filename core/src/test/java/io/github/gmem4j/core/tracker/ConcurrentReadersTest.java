package io.github.gmem4j.core.tracker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Readers beside a writer that drives gigabytes through all of their forms. */
class ConcurrentReadersTest {
  private static final int BLOCK = Model.BLOCK;
  private static final int GIGABYTE = Model.GIGABYTE;
  private static final int PAGES = 2 * GIGABYTE;
  private static final int READERS = 2;

  /** In each block the pages from this offset on are always shared, those before another's. */
  private static final int KEPT_SHARED = 500;

  /** In each block the pages from this offset to the shared ones are always private. */
  private static final int KEPT_PRIVATE = 480;

  private final ShareabilityTracker tracker = new ShareabilityTracker(PAGES, true);
  private final AtomicBoolean done = new AtomicBoolean();

  @Test
  void pagesThatAreNotWrittenNeverFlipBesideTheirNeighbours() throws Exception {
    for (int start = 0; start < PAGES; start += BLOCK) {
      tracker.setShared(start + KEPT_SHARED, BLOCK - KEPT_SHARED);
    }
    Random random = new Random(1);
    beside(
        this::readKeptPages,
        () -> {
          for (int round = 0; round < 40; round++) {
            int blocks = 1 << random.nextInt(10);
            for (int i = 0; i < 4_000; i++) {
              int start = random.nextInt(blocks) * BLOCK;
              int from = random.nextInt(KEPT_PRIVATE);
              int count = 1 + random.nextInt(Math.min(KEPT_PRIVATE - from, 3));
              change(start + from, count, random.nextBoolean());
            }
            for (int block = 0; block < blocks; block++) {
              change(block * BLOCK, KEPT_PRIVATE, true);
            }
          }
        });
  }

  private int readKeptPages(Random random) {
    int start = random.nextInt(PAGES / BLOCK) * BLOCK;
    int shared = start + KEPT_SHARED + random.nextInt(BLOCK - KEPT_SHARED);
    int kept = start + KEPT_PRIVATE + random.nextInt(KEPT_SHARED - KEPT_PRIVATE);
    assertEquals(false, tracker.isPrivate(shared), "page " + shared);
    assertEquals(true, tracker.isPrivate(kept), "page " + kept);
    assertTrue(tracker.allPrivate(start + KEPT_PRIVATE, KEPT_SHARED - KEPT_PRIVATE));
    assertTrue(tracker.allShared(start + KEPT_SHARED, BLOCK - KEPT_SHARED));
    assertEquals(start + KEPT_SHARED, tracker.runEnd(kept, PAGES));
    assertEquals(Uniformity.MIXED, tracker.uniformity2M(start));
    assertEquals(Uniformity.MIXED, tracker.uniformity1G(start));
    return 1;
  }

  /**
   * The writer makes blocks mixed and uniform again, over and over, and in each gigabyte keeps one
   * page in every block private, except that whole gigabytes go private.
   */
  @Test
  void pagesKeepTheirStateWhileTheirBlockBecomesMixedAndUniformAgain() throws Exception {
    Random random = new Random(2);
    beside(
        reader -> {
          // Multiples of 16 are never shared.
          int page = reader.nextInt(PAGES / 16) * 16;
          assertEquals(true, tracker.isPrivate(page), "page " + page);
          assertTrue(tracker.uniformity2M(page) != Uniformity.SHARED);
          assertTrue(tracker.uniformity1G(page) != Uniformity.SHARED);
          return 1;
        },
        () -> {
          for (int round = 0; round < 60; round++) {
            int blocks = 1 << random.nextInt(10);
            for (int i = 0; i < 3_000; i++) {
              int page = random.nextInt(blocks) * BLOCK + random.nextInt(BLOCK / 16) * 16 + 1;
              int count = 1 + random.nextInt(15);
              change(page, count, false);
              if (random.nextInt(3) > 0) {
                change(page, count, true);
              }
              if (i % 8 == 0) {
                change(page / BLOCK * BLOCK, BLOCK, true);
              }
            }
            change(0, random.nextBoolean() ? GIGABYTE : PAGES, true);
          }
        });
    assertTrue(tracker.privatePages() <= PAGES);
  }

  private void change(int first, int count, boolean isPrivate) {
    if (isPrivate) {
      tracker.setPrivate(first, count);
    } else {
      tracker.setShared(first, count);
    }
  }

  private interface Reader {
    /** Asks something; returns how many questions that were. */
    int read(Random random);
  }

  private void beside(Reader reader, Runnable writer) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(READERS)) {
      List<Future<Long>> readers = new ArrayList<>();
      for (int i = 0; i < READERS; i++) {
        Random random = new Random(100 + i);
        Callable<Long> loop =
            () -> {
              long asked = 0;
              do {
                asked += reader.read(random);
              } while (!done.get());
              return asked;
            };
        readers.add(threads.submit(loop));
      }
      try {
        writer.run();
      } finally {
        done.set(true);
      }
      for (Future<Long> asked : readers) {
        assertTrue(asked.get() > 0);
      }
    }
  }
}
