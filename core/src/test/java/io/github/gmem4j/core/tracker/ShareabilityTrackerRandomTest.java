package io.github.gmem4j.core.tracker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShareabilityTrackerRandomTest {
  private static final int BLOCK = Model.BLOCK;
  private static final int GIGABYTE = Model.GIGABYTE;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 63, 64, 65, 511, 512, 513, 1000, 5 * BLOCK + 7, 40 * BLOCK})
  void smallGuestsAgreeWithBitSetAfterEveryChange(int pages) {
    Seeds.each(
        6,
        random -> {
          Model model = new Model(pages, random.nextBoolean());
          for (int i = 0; i < 150; i++) {
            change(model, random, pages, random.nextInt(pages) + 1);
            model.checkAll();
          }
          restore(model, random, pages);
        });
  }

  @ParameterizedTest
  @ValueSource(
      ints = {GIGABYTE - 1, GIGABYTE, GIGABYTE + 1, 2 * GIGABYTE + 700, 3 * GIGABYTE + 300 * BLOCK})
  void rangesAcrossGigabytesAgreeWithBitSet(int pages) {
    Seeds.each(
        4,
        random -> {
          Model model = new Model(pages, random.nextBoolean());
          for (int i = 0; i < 1200; i++) {
            int near = change(model, random, pages, longest(random, pages));
            model.checkSome(random, near);
          }
          model.checkAll();
          restore(model, random, pages);
        });
  }

  @Test
  void everyRepresentationOfOneGigabyteAgreesWithBitSet() {
    Seeds.each(
        6,
        random -> {
          Model model = new Model(GIGABYTE, random.nextBoolean());
          for (int round = 0; round < 6; round++) {
            // How many blocks get how many ranges decides on runs, leaves or one bitmap.
            int blocks = 1 << random.nextInt(10);
            int changes = blocks * (1 + random.nextInt(12));
            boolean isPrivate = random.nextBoolean();
            for (int i = 0; i < changes; i++) {
              int block = random.nextInt(blocks) * (BLOCK / blocks);
              int first = block * BLOCK + random.nextInt(BLOCK - 8);
              model.set(first, 1 + random.nextInt(8), i % 4 == 0 ? !isPrivate : isPrivate);
              if (i % 64 == 0) {
                model.checkSome(random, first);
              }
            }
            model.checkAll();
            if (random.nextBoolean()) {
              thinOut(model, random, isPrivate);
              model.checkAll();
            }
          }
          restore(model, random, GIGABYTE);
        });
  }

  /** Makes most blocks uniform again, in random order, so that the gigabyte shrinks. */
  private static void thinOut(Model model, Random random, boolean isPrivate) {
    for (int i = 0; i < 3 * BLOCK; i++) {
      model.set(random.nextInt(BLOCK) * BLOCK, BLOCK, isPrivate);
      if (i % 64 == 0) {
        model.checkSome(random, random.nextInt(GIGABYTE));
      }
    }
  }

  private static int longest(Random random, int pages) {
    return switch (random.nextInt(8)) {
      case 0 -> pages;
      case 1 -> 5 * BLOCK;
      case 2 -> BLOCK;
      default -> 16;
    };
  }

  /** Changes a random range, often aligned to a block or gigabyte at one end; returns its start. */
  private static int change(Model model, Random random, int pages, int longest) {
    int first = random.nextInt(pages);
    int end = first + 1 + random.nextInt(Math.min(longest, pages - first));
    if (random.nextInt(4) == 0) {
      first = first / BLOCK * BLOCK;
    }
    if (random.nextInt(4) == 0) {
      end = Math.min(pages, (end + BLOCK - 1) / BLOCK * BLOCK);
    }
    if (random.nextInt(12) == 0) {
      first = first / GIGABYTE * GIGABYTE;
    }
    if (random.nextInt(12) == 0) {
      end = pages;
    }
    model.set(first, end - first, random.nextBoolean());
    return first;
  }

  /** Takes every page back, piece by piece; then nothing but the uniform state may be left. */
  private static void restore(Model model, Random random, int pages) {
    boolean isPrivate = random.nextBoolean();
    for (int first = 0; first < pages; ) {
      int count = Math.min(pages - first, 1 + random.nextInt(3 * BLOCK));
      model.set(first, count, isPrivate);
      first += count;
    }
    model.checkAll();
    // A uniform answer is given only for a gigabyte that has no array of its own any more.
    for (int page = 0; page < pages; page += GIGABYTE) {
      Uniformity expected = isPrivate ? Uniformity.PRIVATE : Uniformity.SHARED;
      assertEquals(expected, model.tracker.uniformity1G(page), "gigabyte of " + page);
    }
  }
}
