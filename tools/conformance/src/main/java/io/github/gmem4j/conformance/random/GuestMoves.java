package io.github.gmem4j.conformance.random;

import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.conformance.operation.GuestOperation;
import io.github.gmem4j.conformance.operation.Operation;
import io.github.gmem4j.conformance.operation.StartVm;
import io.github.gmem4j.conformance.operation.VmmAnswer;
import java.util.Optional;

/**
 * Makes up what the guest does.
 *
 * <p>Left out: numbers of other hypercalls that KVM knows, which say nothing about guest memory;
 * bytes below 4 GiB, which are the recorder's; and touches of frames of which {@link
 * Sketch#isHaunted} tells.
 */
final class GuestMoves {
  private static final long NUMBER = Exit.MapGpaRange.NUMBER;
  private static final long MOST_PAGES = 4096;
  private static final int TRIES = 64;

  private final Dice dice;
  private final Sketch sketch;
  private final ConversionMoves conversions;
  private final StartVm start;

  GuestMoves(Dice dice, Sketch sketch, ConversionMoves conversions, StartVm start) {
    this.dice = dice;
    this.sketch = sketch;
    this.conversions = conversions;
    this.start = start;
  }

  /** Empty where no frame is left to be touched. */
  Optional<Operation> load() {
    return place().map(GuestOperation.Load::new);
  }

  /** Empty where no frame is left to be touched. */
  Optional<Operation> store() {
    return place().map(at -> new GuestOperation.Store(at, dice.below(256)));
  }

  private Optional<Gpa> place() {
    for (int tries = 0; tries < TRIES; tries++) {
      int frame = sketch.frame(dice);
      if (!sketch.isHaunted(frame)) {
        sketch.touch(frame, frame + 1);
        return Optional.of(new Gpa(Sketch.gpa(frame) + dice.oneOf(0, 0, 0, 1, 0x800, 0xfff)));
      }
    }
    return Optional.empty();
  }

  Operation prefault() {
    GpaRange range = conversions.range();
    long start = range.start().value();
    sketch.touch(Sketch.frameOf(start), Sketch.frameOf(start + range.size().value()));
    return new GuestOperation.Prefault(range, 0);
  }

  Operation prefaultIllegal() {
    long start = Sketch.gpa(sketch.frame(dice));
    return switch (dice.below(5)) {
      case 0 -> prefault(start + dice.between(1, 0xfff), Page.BYTES, 0);
      case 1 -> prefault(start, dice.between(0, 0xfff), 0);
      case 2 -> prefault(start, 0x2005, 0);
      case 3 -> prefault(-Page.BYTES, 2L * Page.BYTES, 0);
      default -> prefault(start, Page.BYTES, dice.oneOf(1L, 2L, 1L << 63));
    };
  }

  private static Operation prefault(long gpa, long size, long flags) {
    return new GuestOperation.Prefault(GpaRange.of(gpa, size), flags);
  }

  Operation hypercall() {
    GpaRange range = conversions.range();
    long pageSize = dice.oneIn(5) ? dice.below(4) : 0;
    long target = dice.oneOf(0L, Exit.MapGpaRange.PRIVATE);
    return call(
        NUMBER, range.start().value(), range.size().wholePages().value(), pageSize | target, 0);
  }

  Operation hypercallIllegal() {
    long gpa = Sketch.gpa(sketch.frame(dice));
    long target = dice.oneOf(0L, Exit.MapGpaRange.PRIVATE);
    return switch (dice.below(8)) {
      case 0 -> call(dice.oneOf(13L, 100L, 1L << 32 | NUMBER, -1L), gpa, 1, target, 0);
      case 1 -> call(NUMBER, gpa + dice.between(1, 0xfff), 1, target, 0);
      case 2 -> call(NUMBER, gpa, 0, target, 0);
      case 3 -> call(NUMBER, -Page.BYTES, dice.oneOf(1L, 2L, -1L), target, 0);
      case 4 -> call(NUMBER, gpa, dice.oneOf(-1L, 1L << 52, 4097L, Long.MAX_VALUE), target, 0);
      case 5 -> call(NUMBER, gpa, 1, dice.oneOf(0x20L, 0x30L, 0xfL, 1L << 63, dice.bits()), 0);
      case 6 -> call(NUMBER, gpa, -(gpa >>> Page.SHIFT) + dice.between(-2, 2), target, 0);
      default -> call(NUMBER, gpa, 1, target, 3);
    };
  }

  private Operation call(long number, long gpa, long pages, long attributes, int privilege) {
    VmmAnswer answer = answer();
    boolean toPrivate = (attributes & Exit.MapGpaRange.PRIVATE) != 0;
    // To shared only what surely happens is noted, to private also what may.
    boolean legal = number == NUMBER && Page.isAligned(gpa) && privilege == 0;
    if (answer instanceof VmmAnswer.Convert
        && pages > 0
        && pages <= MOST_PAGES
        && start.type().privateMemory()
        && (toPrivate || (legal && start.exitHypercall()))) {
      sketch.convert(GpaRange.of(gpa & -Page.BYTES, pages * Page.BYTES), toPrivate);
    }
    return new GuestOperation.Hypercall(number, gpa, pages, attributes, privilege, answer);
  }

  private VmmAnswer answer() {
    return switch (dice.below(8)) {
      case 0 ->
          new VmmAnswer.Refuse(
              dice.oneOf(1L, 11L, 22L, 1L << 32, -1L, -11L, -22L, -95L, -1000L, Long.MIN_VALUE));
      case 1 -> new VmmAnswer.Ignore();
      default -> new VmmAnswer.Convert();
    };
  }
}
