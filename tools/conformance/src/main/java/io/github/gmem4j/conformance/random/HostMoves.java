package io.github.gmem4j.conformance.random;

import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.conformance.operation.Accessor;
import io.github.gmem4j.conformance.operation.Advice;
import io.github.gmem4j.conformance.operation.HostOperation;
import io.github.gmem4j.conformance.operation.MappingOperation;
import io.github.gmem4j.conformance.operation.Operation;
import java.util.List;
import java.util.Optional;

/** Makes up what the host does with single bytes and with its mappings. */
final class HostMoves {
  private final Dice dice;
  private final Sketch sketch;

  HostMoves(Dice dice, Sketch sketch) {
    this.dice = dice;
    this.sketch = sketch;
  }

  Operation load() {
    int g = sketch.openMemory(dice);
    return new HostOperation.Load(throughArea(), g, place(g));
  }

  Operation store() {
    int g = sketch.openMemory(dice);
    return new HostOperation.Store(throughArea(), g, place(g), dice.below(256));
  }

  /** Empty where no memory can be mapped itself. */
  Optional<Operation> inMemory() {
    Accessor by = Accessor.PARENT_IN_GUEST_MEMORY;
    return sketch
        .mappableMemory(dice)
        .map(g ->
            dice.oneIn(2)
                ? new HostOperation.Load(by, g, place(g))
                : new HostOperation.Store(by, g, place(g), dice.below(256)));
  }

  private Accessor throughArea() {
    return dice.oneOf(Accessor.PARENT, Accessor.PARENT, Accessor.KERNEL);
  }

  /** Mostly a page's first bytes; now and then past the end. */
  private ByteOffset place(int g) {
    int pages = sketch.file(g).pages;
    long page = dice.oneIn(10) ? pages + dice.below(4) : dice.below(pages);
    return new ByteOffset(page * Page.BYTES + inPage());
  }

  private int inPage() {
    return dice.oneOf(0, 0, 0, 1, 0x800, 0xfff);
  }

  Operation unmap() {
    int g = sketch.openMemory(dice);
    PageRange pages = part(g);
    sketch.file(g).holes.set((int) pages.first().value(), (int) pages.endExclusive());
    return new MappingOperation.Unmap(g, pages);
  }

  Operation remap() {
    int g = sketch.openMemory(dice);
    PageRange pages = part(g);
    sketch.file(g).holes.clear((int) pages.first().value(), (int) pages.endExclusive());
    return new MappingOperation.Remap(g, pages);
  }

  Operation advise() {
    int g = sketch.openMemory(dice);
    return new MappingOperation.Advise(g, part(g), dice.oneOf(List.of(Advice.values())));
  }

  Operation lock() {
    int g = sketch.openMemory(dice);
    return new MappingOperation.Lock(g, part(g));
  }

  Operation unlock() {
    int g = sketch.openMemory(dice);
    return new MappingOperation.Unlock(g, part(g));
  }

  /** Returns some pages of an area. */
  PageRange part(int g) {
    int pages = sketch.file(g).pages;
    int first = dice.below(pages);
    return PageRange.of(first, dice.few(pages - first));
  }
}
