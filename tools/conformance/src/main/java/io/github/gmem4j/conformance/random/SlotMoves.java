package io.github.gmem4j.conformance.random;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.backend.kvm.vcpu.StubRegion;
import io.github.gmem4j.conformance.operation.Operation;
import io.github.gmem4j.conformance.operation.SlotOperation;
import java.util.Optional;

/**
 * Makes up binds and unbinds. No move names the recorder's slot; binds collide with it, and with
 * the one in which a VM of the real kernel keeps its guest's code, now and then.
 */
final class SlotMoves {
  /** Slots 1 to this are used, few enough that each is used again, and the last. */
  private static final int SLOTS = 6;

  /** The number that a VM of the real kernel prefers for its guest's code. */
  private static final int LAST = VirtualMachine.MAX_SLOT;

  private static final int NO_FILE = -1;
  private static final int OTHER_FILE = -2;

  private final Dice dice;
  private final Sketch sketch;

  SlotMoves(Dice dice, Sketch sketch) {
    this.dice = dice;
    this.sketch = sketch;
  }

  Operation bind() {
    return dice.oneIn(4) ? bindAnywhere() : bindWhereThereIsRoom();
  }

  /** Anywhere, but pages that are bound already are a move of their own. */
  private Operation bindAnywhere() {
    int g = sketch.openMemory(dice);
    int pages = dice.few(sketch.file(g).pages);
    int frame = dice.below(Sketch.FRAMES - pages);
    int offset = dice.below(sketch.file(g).pages);
    Sketch.Bound wanted = new Sketch.Bound(number(), frame, pages, g, offset);
    return sketch.sharesPages(wanted) ? unbind() : bind(wanted, dice.oneIn(6) ? shift() : 0);
  }

  /** Beside the area's beginning, by whole pages. */
  private long shift() {
    return dice.oneOf(0x1000L, -0x1000L, 0x2000L);
  }

  private Operation bindWhereThereIsRoom() {
    for (int tries = 0; tries < 12; tries++) {
      int g = sketch.openMemory(dice);
      int most = sketch.file(g).pages;
      int pages = dice.oneIn(3) ? most : dice.between(1, most);
      Sketch.Bound wanted =
          new Sketch.Bound(
              number(), dice.below(Sketch.FRAMES - pages), pages, g, dice.between(0, most - pages));
      if (sketch.isFree(wanted)) {
        return bind(wanted);
      }
    }
    return bindAnywhere();
  }

  private Operation bind(Sketch.Bound wanted) {
    return bind(wanted, 0);
  }

  private Operation bind(Sketch.Bound wanted, long delta) {
    if (sketch.isFree(wanted)) {
      sketch.slots.put(wanted.slot(), wanted);
    }
    return request(wanted, SlotRequest.GUEST_MEMFD, delta);
  }

  /** Empty where no slot has an open memory's pages. */
  Optional<Operation> bindTwice() {
    return sketch.slots.values().stream()
        .filter(bound -> sketch.files.containsKey(bound.g()))
        .findFirst()
        .map(bound -> {
          int frame = dice.below(Sketch.FRAMES - bound.pages());
          return request(
              new Sketch.Bound(
                  dice.between(1, SLOTS), frame, bound.pages(), bound.g(), bound.offset()),
              SlotRequest.GUEST_MEMFD,
              0);
        });
  }

  private Operation request(Sketch.Bound wanted, long flags, long delta) {
    return new SlotOperation.Bind(
        wanted.slot(),
        flags,
        new Gpa(Sketch.gpa(wanted.frame())),
        new PageCount(wanted.pages()).bytes(),
        wanted.g(),
        new ByteOffset((long) wanted.offset() * Page.BYTES),
        delta);
  }

  /** A slot of ordinary memory, new or one that exists: flags may change, and it may move. */
  Operation bindOrdinary() {
    int g = sketch.openMemory(dice);
    int pages = dice.oneIn(2) ? sketch.file(g).pages : dice.few(sketch.file(g).pages);
    long flags =
        dice.oneOf(
            0L,
            0L,
            SlotRequest.READONLY,
            SlotRequest.LOG_DIRTY_PAGES,
            SlotRequest.READONLY | SlotRequest.LOG_DIRTY_PAGES);
    int slot =
        sketch.slots.isEmpty() || dice.oneIn(2) ? dice.between(1, SLOTS) : sketch.slot(dice).slot();
    SlotOperation.Bind request =
        new SlotOperation.Bind(
            slot,
            flags,
            new Gpa(Sketch.gpa(dice.below(Sketch.FRAMES - pages))),
            new PageCount(pages).bytes(),
            g,
            ByteOffset.ZERO,
            dice.oneIn(8) ? Page.BYTES : 0);
    sketch.bindOrdinary(request);
    return request;
  }

  /** One thing is wrong, or happens to be right after all. */
  Operation bindIllegal() {
    int g = sketch.openMemory(dice);
    int slot = dice.between(1, SLOTS);
    long gpa = Sketch.gpa(dice.below(Sketch.FRAMES));
    return switch (dice.below(9)) {
      case 0 -> raw(slot, 4, gpa, Page.BYTES, dice.oneOf(NO_FILE, OTHER_FILE), 0, 0);
      case 1 -> raw(slot, flags(), gpa, Page.BYTES, g, 0, 0);
      case 2 -> raw(slot, 4, gpa + dice.between(1, 0xfff), Page.BYTES, g, 0, 0);
      case 3 -> raw(slot, 4, gpa, size(), g, 0, 0);
      case 4 -> raw(slot, 4, gpa, Page.BYTES, g, offset(), 0);
      case 5 -> raw(slot, 4, gpa, Page.BYTES, g, 0, delta());
      case 6 -> raw(noNumber(), 4, gpa, Page.BYTES, g, 0, 0);
      case 7 -> raw(slot, 4, -Page.BYTES, dice.oneOf(1, 2, 3) * Page.BYTES, g, 0, 0);
      default -> raw(slot, dice.oneOf(0L, 4L), reserved(), Page.BYTES, g, 0, 0);
    };
  }

  private static Operation raw(
      int slot, long flags, long gpa, long size, int g, long offset, long delta) {
    return new SlotOperation.Bind(
        slot, flags, new Gpa(gpa), new ByteCount(size), g, new ByteOffset(offset), delta);
  }

  private long flags() {
    return dice.oneOf(5L, 6L, 7L, 8L, 0xcL, 0x14L, 0x10L, 0x8000_0000L);
  }

  private long size() {
    return dice.oneOf(0x1001L, 0x800L, 1L, -0x1000L, 1L << 43, 1L << 44, 64L * Page.BYTES);
  }

  private long offset() {
    return dice.oneOf(1L, 0x800L, -0x1000L, 0x7ffffffffffff000L, 0x40000L, 0x1001L);
  }

  /** No address from 2^47 to 2^56: whether it is a process's depends on the machine. */
  private long delta() {
    return dice.oneOf(1L, 0x653L, 0xfffL, 1L << 57, 1L << 62, Long.MIN_VALUE);
  }

  /** One of few, so that each is used again. */
  private int number() {
    return dice.oneIn(10) ? LAST : dice.between(1, SLOTS);
  }

  private int noNumber() {
    return dice.oneOf(32764, 32767, 40000, 0xffff, 0x10005, 0x30001);
  }

  /** Addresses of the recorder's slot, and of the one that a real VM has for itself. */
  private long reserved() {
    return dice.oneOf(0L, 0x3f000L, StubRegion.GPA, StubRegion.GPA + StubRegion.BYTES - Page.BYTES);
  }

  Operation unbind() {
    int slot =
        sketch.slots.isEmpty() || dice.oneIn(6)
            ? dice.oneOf(1, 2, 3, 4, 5, 6, 7, LAST, 32764, 0x10001)
            : sketch.slot(dice).slot();
    sketch.unbind(slot);
    return new SlotOperation.Unbind(slot);
  }
}
