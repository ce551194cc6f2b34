package io.github.gmem4j.core.tracker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import org.junit.jupiter.api.Test;

class RunsTest {
  private static final int PAGES = Gigabyte.BLOCK_PAGES;
  private static final int[] EDGES = {0, 1, 2, 63, 64, 200, 510, 511, 512};

  @Test
  void everyPairOfRangesAtTheEdgesIsToldExactly() {
    for (int from = 0; from < EDGES.length; from++) {
      for (int to = from + 1; to < EDGES.length; to++) {
        for (int from2 = 0; from2 < EDGES.length; from2++) {
          for (int to2 = from2 + 1; to2 < EDGES.length; to2++) {
            checkTwo(EDGES[from], EDGES[to], EDGES[from2], EDGES[to2]);
          }
        }
      }
    }
  }

  private static void checkTwo(int from, int to, int from2, int to2) {
    for (int states = 0; states < 8; states++) {
      boolean initial = (states & 1) != 0;
      boolean first = (states & 2) != 0;
      boolean second = (states & 4) != 0;
      BitSet bits = new BitSet(PAGES);
      bits.set(0, PAGES, initial);
      bits.set(from, to, first);
      bits.set(from2, to2, second);
      long word = Runs.with(Runs.uniform(3, initial), from, to, first);
      check(Runs.with(word, from2, to2, second), bits);
    }
  }

  private static void check(long word, BitSet bits) {
    assertTrue(Runs.isFor(word, 3));
    assertEquals(3, Runs.block(word));
    assertFalse(Runs.isLeaf(word));
    for (int page : new int[] {0, 1, 2, 3, 62, 63, 64, 65, 199, 200, 201, 509, 510, 511}) {
      assertEquals(bits.get(page), Runs.isPrivate(word, page), "page " + page);
      int flip = bits.get(page) ? bits.nextClearBit(page) : bits.nextSetBit(page);
      assertEquals(flip < 0 ? PAGES : Math.min(flip, PAGES), Runs.nextFlip(word, page));
    }
    assertEquals(bits.cardinality(), Runs.privatePages(word, 0, PAGES));
    boolean isUniform = bits.isEmpty() || bits.cardinality() == PAGES;
    assertEquals(isUniform, Runs.isUniform(word));
  }

  @Test
  void aSingleRangeIsTheSameAsItsChangeOfAUniformBlock() {
    for (int from : EDGES) {
      for (int to : EDGES) {
        if (from < to && to - from < PAGES) {
          for (boolean isPrivate : new boolean[] {true, false}) {
            BitSet bits = new BitSet(PAGES);
            bits.set(0, PAGES, !isPrivate);
            bits.set(from, to, isPrivate);
            check(Runs.single(3, from, to, isPrivate), bits);
          }
        }
      }
    }
  }

  @Test
  void aWordHoldsFiveFlipsAndRefusesSix() {
    long word = Runs.uniform(3, true);
    word = Runs.with(word, 0, 10, false);
    word = Runs.with(word, 20, 30, false);
    word = Runs.with(word, 40, 50, false);
    assertTrue(word != Runs.TOO_MANY);
    assertEquals(Runs.TOO_MANY, Runs.with(word, 60, 61, false));
    assertTrue(Runs.with(word, 60, PAGES, true) != Runs.TOO_MANY);
  }
}
