package io.github.gmem4j.backend.kvm.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.api.memory.Shareability;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class StateRunsTest {
  private static final int PAGES = 40;

  @Test
  void booksOfRunsAgreeWithBooksOfPages() {
    SplittableRandom random = new SplittableRandom(1);
    for (int round = 0; round < 50; round++) {
      Shareability initial = anyOf(random);
      StateRuns runs = new StateRuns(initial);
      Shareability[] pages = new Shareability[PAGES];
      Arrays.fill(pages, initial);
      for (int step = 0; step < 200; step++) {
        int from = random.nextInt(PAGES);
        int end = random.nextInt(from + 1, PAGES + 1);
        Shareability state = anyOf(random);
        boolean uniform = Arrays.stream(pages, from, end).allMatch(state::equals);
        assertEquals(uniform, runs.isUniform(from, end, state));
        if (random.nextBoolean()) {
          runs.store(from, end, state);
          Arrays.fill(pages, from, end, state);
        }
        check(pages, runs);
      }
    }
  }

  private static Shareability anyOf(SplittableRandom random) {
    return random.nextBoolean() ? Shareability.PRIVATE : Shareability.SHARED;
  }

  private static void check(Shareability[] pages, StateRuns runs) {
    int neighbours = 0;
    for (int i = 0; i < PAGES; i++) {
      assertEquals(pages[i], runs.at(i));
      if (i > 0 && pages[i] != pages[i - 1]) {
        neighbours++;
      }
    }
    // Past the last page the initial state goes on: one more change at most.
    int extra = runs.at(PAGES) != pages[PAGES - 1] ? 1 : 0;
    assertEquals(neighbours + 1 + extra, runs.count());
  }

  @Test
  void theLastFrameOfAllCanBeStored() {
    StateRuns runs = new StateRuns(Shareability.SHARED);
    long limit = 1L << 52;
    runs.store(limit - 1, limit, Shareability.PRIVATE);
    assertEquals(Shareability.PRIVATE, runs.at(limit - 1));
    assertEquals(Shareability.SHARED, runs.at(limit - 2));
  }
}
