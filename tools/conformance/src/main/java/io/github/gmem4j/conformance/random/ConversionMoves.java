package io.github.gmem4j.conformance.random;

import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.conformance.operation.ConversionOperation;
import io.github.gmem4j.conformance.operation.Operation;

/**
 * Makes up conversions.
 *
 * <p>Left out: to shared of a range so large that the kernel, which visits every frame of it, would
 * be busy for hours; and frames of the VM's own guest code, which would no longer run.
 */
final class ConversionMoves {
  private static final long PRIVATE = Shareability.PRIVATE.attributes();

  /** Frames without a slot, where a large range disturbs nobody: 8 GiB. */
  private static final long FAR = 0x2_0000_0000L;

  private static final long LARGE = 0x40_0000;

  private final Dice dice;
  private final Sketch sketch;
  private final VmType type;

  ConversionMoves(Dice dice, Sketch sketch, VmType type) {
    this.dice = dice;
    this.sketch = sketch;
    this.type = type;
  }

  /** Returns a range of frames: in a slot, over its edges, anywhere, or large. */
  GpaRange range() {
    if (sketch.slots.isEmpty() || dice.oneIn(8)) {
      int frame = dice.below(Sketch.FRAMES);
      return range(frame, dice.few(Sketch.FRAMES - frame));
    }
    Sketch.Bound bound = sketch.slot(dice);
    return switch (dice.below(8)) {
      case 0 -> range(bound.frame(), bound.pages());
      case 1 -> {
        int before = dice.below(Math.min(3, bound.frame() + 1));
        yield range(bound.frame() - before, bound.pages() + before + dice.below(3));
      }
      case 2, 3 -> {
        int first = dice.below(bound.pages());
        yield range(bound.frame() + first, dice.between(1, bound.pages() - first));
      }
      default -> range(bound.frame() + dice.below(bound.pages()), 1);
    };
  }

  private static GpaRange range(int frame, int pages) {
    return GpaRange.of(Sketch.gpa(frame), (long) pages * Page.BYTES);
  }

  private long target() {
    return dice.oneOf(PRIVATE, 0L);
  }

  Operation convert() {
    GpaRange range = range();
    if (dice.oneIn(40)) {
      long start = dice.oneOf(FAR, FAR + Page.BYTES, Sketch.FIRST_GPA);
      range = GpaRange.of(start, dice.between(1, (int) (LARGE / Page.BYTES)) * (long) Page.BYTES);
    }
    long target = target();
    if (type.privateMemory() || target == 0) {
      sketch.convert(range, target != 0);
    }
    return new ConversionOperation.OfVm(range, target, 0);
  }

  Operation convertIllegal() {
    long start = range().start().value();
    return switch (dice.below(6)) {
      case 0 -> of(start + dice.between(1, 0xfff), Page.BYTES, target(), 0);
      case 1 -> of(start, dice.between(0, 0xfff), target(), 0);
      case 2 -> of(start, Page.BYTES + dice.between(1, 0xfff), target(), 0);
      case 3 ->
          of(-Page.BYTES, dice.oneOf(1L, 2L, 0x1000L, 0x2000L, 1L << 63, -0x1000L), target(), 0);
      case 4 ->
          of(start, Page.BYTES, dice.oneOf(1L, 2L, 4L, 9L, 0x10L, -1L, Long.MIN_VALUE | 8), 0);
      default ->
          of(start, Page.BYTES, target(), dice.oneOf(1L, 2L, 4L, 8L, 1L << 32, Long.MIN_VALUE));
    };
  }

  private static Operation of(long address, long size, long attributes, long flags) {
    return new ConversionOperation.OfVm(GpaRange.of(address, size), attributes, flags);
  }

  Operation convertInPlace() {
    return new ConversionOperation.OfMemory(
        sketch.openMemory(dice),
        new ConversionRequest(ByteRange.of(0, Page.BYTES), target(), 0, 0));
  }
}
