package io.github.gmem4j.core.tracker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class GigabyteCopyTest {
  private static final int BLOCK = Gigabyte.BLOCK_PAGES;

  private long[] node = Gigabyte.constant(true);

  private void set(int first, int count, boolean isPrivate) {
    node = GigabyteEdit.withRoom(node, first, first + count, isPrivate);
    GigabyteEdit.set(node, first, first + count, isPrivate);
    if (GigabyteCopy.isWasteful(node)) {
      node = GigabyteCopy.of(node, 0, 0);
    }
  }

  @Test
  void theConstantIsNeverChanged() {
    set(0, BLOCK, false);
    assertNotSame(Gigabyte.constant(true), node);
    assertTrue(Gigabyte.isPrivate(Gigabyte.constant(true), 0));
  }

  @Test
  void aFewMixedBlocksTakeAFewWords() {
    for (int i = 0; i < 4; i++) {
      set(i * 20 * BLOCK + 7, 9, false);
    }
    assertTrue(node.length <= Gigabyte.DETAILS + 5, "words: " + node.length);
  }

  @Test
  void goingToAndFroInABlockDoesNotCopy() {
    set(7, 9, false);
    long[] before = node;
    set(3 * BLOCK + 1, 1, false);
    for (int i = 0; i < 100; i++) {
      set(2 * BLOCK + 7, 9, false);
      set(2 * BLOCK + 7, 9, true);
    }
    assertSame(before, node);
  }

  @Test
  void manyMixedBlocksGetASlotEachAndGiveItBack() {
    for (int block = 0; block < 40; block++) {
      set(block * BLOCK, 1, false);
    }
    assertEquals(Gigabyte.DETAILS + Gigabyte.BLOCKS, node.length);
    for (int block = 39; block >= 4; block--) {
      set(block * BLOCK, 1, true);
    }
    assertTrue(node.length <= Gigabyte.DETAILS + 5, "words: " + node.length);
  }

  @Test
  void manyFragmentedBlocksBecomeOneBitmapAndGiveItBack() {
    int blocks = 100;
    for (int page = 0; page < blocks * BLOCK; page += 2) {
      set(page, 1, false);
    }
    assertTrue(Gigabyte.isFlat(node));
    for (int block = blocks - 1; block > 0; block--) {
      set(block * BLOCK, BLOCK, true);
    }
    assertTrue(node.length < 200, "words: " + node.length);
    for (int page = 0; page < Gigabyte.PAGES; page++) {
      assertEquals(page >= BLOCK || page % 2 == 1, Gigabyte.isPrivate(node, page));
    }
  }

  @Test
  void leavesThatAreGivenUpAreNotCopied() {
    for (int round = 0; round < 200; round++) {
      for (int page = 0; page < 32; page += 2) {
        set(page, 1, false);
      }
      set(0, 32, true);
      set(5 * BLOCK, 1, (round & 1) != 0);
    }
    assertTrue(node.length <= Gigabyte.DETAILS + 3 + 2 * Leaf.WORDS, "words: " + node.length);
  }
}
