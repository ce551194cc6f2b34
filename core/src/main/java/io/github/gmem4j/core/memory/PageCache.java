package io.github.gmem4j.core.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The pages of a memory that exist, by index: a radix tree of three levels (gigabyte, 2 MiB, page),
 * so that a terabyte costs only what is touched.
 *
 * <p>Looking up takes no lock. Inserting and removing take the cache's monitor, which nests inside
 * every lock of the engine.
 */
final class PageCache {
  private static final VarHandle GIGABYTE =
      MethodHandles.arrayElementVarHandle(PhysicalPage[][][].class);
  private static final VarHandle BLOCK =
      MethodHandles.arrayElementVarHandle(PhysicalPage[][].class);
  private static final VarHandle PAGE = MethodHandles.arrayElementVarHandle(PhysicalPage[].class);
  private static final int FANOUT = 512;
  private static final int BLOCK_SHIFT = 9;
  private static final int GIGABYTE_SHIFT = 18;

  private final @Nullable PhysicalPage[] @Nullable [] @Nullable [] root;
  private final long pages;

  PageCache(long pages) {
    this.pages = pages;
    this.root =
        new PhysicalPage[Math.toIntExact((pages + (1L << GIGABYTE_SHIFT) - 1) >>> GIGABYTE_SHIFT)][]
            [];
  }

  @Nullable PhysicalPage get(long index) {
    @Nullable PhysicalPage[] block = block(index);
    return block == null ? null : (PhysicalPage) PAGE.getAcquire(block, (int) index & FANOUT - 1);
  }

  private @Nullable PhysicalPage @Nullable [] block(long index) {
    var gigabyte =
        (@Nullable PhysicalPage @Nullable [][])
            GIGABYTE.getAcquire(root, (int) (index >>> GIGABYTE_SHIFT));
    return gigabyte == null
        ? null
        : (@Nullable PhysicalPage[])
            BLOCK.getAcquire(gigabyte, (int) (index >>> BLOCK_SHIFT) & FANOUT - 1);
  }

  /** Inserts a page where none is; returns the page that is there afterwards. */
  synchronized PhysicalPage putIfAbsent(long index, PhysicalPage page) {
    int high = (int) (index >>> GIGABYTE_SHIFT);
    int middle = (int) (index >>> BLOCK_SHIFT) & FANOUT - 1;
    int low = (int) index & FANOUT - 1;
    var gigabyte = root[high];
    if (gigabyte == null) {
      gigabyte = new PhysicalPage[FANOUT][];
      GIGABYTE.setRelease(root, high, gigabyte);
    }
    var block = gigabyte[middle];
    if (block == null) {
      block = new PhysicalPage[FANOUT];
      BLOCK.setRelease(gigabyte, middle, block);
    }
    PhysicalPage present = block[low];
    if (present != null) {
      return present;
    }
    PAGE.setRelease(block, low, page);
    return page;
  }

  synchronized void remove(long index) {
    @Nullable PhysicalPage[] block = block(index);
    if (block != null) {
      PAGE.setRelease(block, (int) index & FANOUT - 1, null);
    }
  }

  /**
   * Returns the first index at or after {@code from} and before {@code end} at which a page exists,
   * or -1. Skips 2 MiB and gigabytes that hold nothing.
   */
  long nextPresent(long from, long end) {
    long index = from;
    long limit = Math.min(end, pages);
    while (index < limit) {
      var gigabyte = root[(int) (index >>> GIGABYTE_SHIFT)];
      if (gigabyte == null) {
        index = ((index >>> GIGABYTE_SHIFT) + 1) << GIGABYTE_SHIFT;
        continue;
      }
      var block = gigabyte[(int) (index >>> BLOCK_SHIFT) & FANOUT - 1];
      if (block == null) {
        index = ((index >>> BLOCK_SHIFT) + 1) << BLOCK_SHIFT;
        continue;
      }
      if (block[(int) index & FANOUT - 1] != null) {
        return index;
      }
      index++;
    }
    return -1;
  }
}
