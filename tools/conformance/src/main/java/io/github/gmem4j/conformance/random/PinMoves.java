package io.github.gmem4j.conformance.random;

import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.conformance.operation.Operation;
import io.github.gmem4j.conformance.operation.PinKind;
import io.github.gmem4j.conformance.operation.PinOperation;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;

/** Makes up references that pipes and registered buffers take, and their end. */
final class PinMoves {
  private static final int MOST_AT_ONCE = 6;

  private final Dice dice;
  private final Sketch sketch;
  private final HostMoves host;

  PinMoves(Dice dice, Sketch sketch, HostMoves host) {
    this.dice = dice;
    this.sketch = sketch;
    this.host = host;
  }

  Operation take(PinKind kind) {
    if (sketch.pins.size() >= MOST_AT_ONCE) {
      return release().orElseThrow();
    }
    int g = sketch.openMemory(dice);
    PageRange pages = host.part(g);
    long id = sketch.newPin();
    if (isTaken(kind, sketch.file(g), pages)) {
      sketch.pins.put(id, kind);
    }
    return new PinOperation.Take(id, kind, g, pages);
  }

  /** A pipe takes what comes before the first hole, a buffer all or nothing. */
  private static boolean isTaken(PinKind kind, Sketch.File file, PageRange pages) {
    int first = (int) pages.first().value();
    return switch (kind) {
      case VMSPLICE -> file.isMapped(first);
      case IOURING -> IntStream.range(first, (int) pages.endExclusive()).allMatch(file::isMapped);
    };
  }

  /** Empty where nothing is held. */
  Optional<Operation> release() {
    if (sketch.pins.isEmpty()) {
      return Optional.empty();
    }
    long id = dice.oneOf(List.copyOf(sketch.pins.keySet()));
    return Optional.of(
        new PinOperation.Release(id, Objects.requireNonNull(sketch.pins.remove(id))));
  }
}
