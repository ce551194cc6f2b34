package io.github.gmem4j.conformance.random;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.conformance.operation.Backing;
import io.github.gmem4j.conformance.operation.MemoryOperation;
import io.github.gmem4j.conformance.operation.Operation;
import java.util.Optional;
import java.util.stream.IntStream;

/** Makes up operations on guest memories as files. */
final class MemoryMoves {
  private static final int MOST_PAGES = 12;
  private static final int ALLOCATE = 1;
  private static final int PUNCH = 3;

  private final Dice dice;
  private final Sketch sketch;
  private final VmType type;

  MemoryMoves(Dice dice, Sketch sketch, VmType type) {
    this.dice = dice;
    this.sketch = sketch;
    this.type = type;
  }

  /** Empty once every number is in use: what would become of the old file is another question. */
  Optional<Operation> create() {
    return closed()
        .map(g -> {
          int pages = dice.between(1, MOST_PAGES);
          long flags = legalFlags();
          sketch.files.put(g, new Sketch.File(pages, (flags & GuestMemory.MMAP) != 0));
          return create(g, (long) pages * Page.BYTES, flags);
        });
  }

  private Optional<Integer> closed() {
    return IntStream.range(0, Sketch.MEMORIES)
        .boxed()
        .filter(g -> !sketch.files.containsKey(g))
        .findFirst();
  }

  private Operation create(int g, long size, long flags) {
    return new MemoryOperation.Create(
        g, new ByteCount(size), flags, Optional.of(dice.oneOf(Backing.MEMFD, Backing.ANON)));
  }

  // Linux 7.3: memory of a VM type that has private memory begins private.
  private long legalFlags() {
    return type.privateMemory()
        ? dice.oneOf(0L, GuestMemory.MMAP)
        : dice.oneOf(
            0L,
            GuestMemory.MMAP,
            GuestMemory.INIT_SHARED,
            GuestMemory.MMAP | GuestMemory.INIT_SHARED,
            GuestMemory.MMAP | GuestMemory.INIT_SHARED);
  }

  /** A memory that cannot be, under a number that may be in use. */
  Operation createIllegal() {
    int g = dice.below(Sketch.MEMORIES);
    if (dice.oneIn(2)) {
      return create(g, dice.oneOf(0L, 1L, 0xfffL, 0x1001L, -0x1000L, Long.MIN_VALUE), 0);
    }
    long unknown = dice.oneOf(4L, 8L, 0x11L, 1L << 32, Long.MIN_VALUE, -1L);
    boolean tooMuch = type.privateMemory() && dice.oneIn(2);
    return create(g, Page.BYTES, tooMuch ? GuestMemory.INIT_SHARED : unknown);
  }

  Operation punch() {
    return fallocate(PUNCH);
  }

  Operation allocate() {
    return fallocate(ALLOCATE);
  }

  private Operation fallocate(int mode) {
    int g = sketch.openMemory(dice);
    int pages = sketch.file(g).pages;
    int first = dice.below(pages + (dice.oneIn(8) ? 2 : 0));
    int count = dice.oneIn(6) ? dice.between(1, pages + 2) : dice.few(Math.max(1, pages - first));
    return fallocate(g, mode, (long) first * Page.BYTES, (long) count * Page.BYTES);
  }

  Operation fallocateIllegal() {
    int g = sketch.openMemory(dice);
    if (dice.oneIn(2)) {
      int mode = dice.oneOf(0, 2, 7, 8, 0x10, 0x11, 0x20, 0x40, 0x41, 0x80, 0x1000, 1 << 31);
      return fallocate(g, mode, 0, Page.BYTES);
    }
    long offset =
        dice.oneOf(0L, 1L, 0x800L, 0x1000L, -0x1000L, Long.MAX_VALUE, 0x7ffffffffffff000L);
    long size = dice.oneOf(0L, 1L, 0xfffL, 0x1000L, 0x1001L, -0x1000L, 0x7ffffffffffff000L);
    return fallocate(g, dice.oneOf(ALLOCATE, PUNCH), offset, size);
  }

  private static Operation fallocate(int g, int mode, long offset, long size) {
    return new MemoryOperation.Fallocate(g, mode, ByteRange.of(offset, size));
  }

  Operation truncate() {
    long size = dice.oneOf(0L, 1L, 0x1000L, 0x8000L, 0x100000L, -1L, Long.MAX_VALUE);
    return new MemoryOperation.Truncate(sketch.openMemory(dice), new ByteCount(size));
  }

  /** Empty where no memory can be asked, for it cannot be mapped. */
  Optional<Operation> query() {
    return sketch
        .mappableMemory(dice)
        .map(g -> new MemoryOperation.QueryPopulated(g, PageRange.of(0, sketch.file(g).pages)));
  }

  Operation close() {
    int g = sketch.openMemory(dice);
    sketch.close(g);
    return new MemoryOperation.Close(g);
  }
}
