package io.github.gmem4j.core.vmm;

import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.participant.PlannedConversion;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.vm.GfnRange;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Pages of which nobody knows who may touch them, since a participant broke its promise. They stay
 * so, at whatever frames, until somebody has looked ({@link #recover}) or the memory is closed.
 * Thread-safe.
 */
final class PoisonedPages {
  /** What is poisoned, as it is told and as it is found again. */
  private record Poison(Settlement.Poisoned told, List<PlannedConversion> pieces) {
    boolean touches(PlannedConversion planned) {
      return pieces.stream()
          .anyMatch(piece ->
              piece.memory().equals(planned.memory()) && overlap(piece.pages(), planned.pages()));
    }

    Poison without(GuestMemory memory) {
      return new Poison(
          told, pieces.stream().filter(piece -> !piece.memory().equals(memory)).toList());
    }
  }

  private final List<Poison> poisons = new CopyOnWriteArrayList<>();

  Settlement.Poisoned add(GfnRange frames, List<PlannedConversion> pieces, List<Broken> broken) {
    Settlement.Poisoned told =
        new Settlement.Poisoned(frames, Broken.inWords(broken), Optional.of(Broken.worst(broken)));
    poisons.add(new Poison(told, pieces));
    return told;
  }

  /** Returns what is poisoned among some pieces. */
  Optional<Settlement.Poisoned> touching(List<PlannedConversion> pieces) {
    return poisons.stream()
        .filter(poison -> pieces.stream().anyMatch(poison::touches))
        .map(Poison::told)
        .findFirst();
  }

  /** Returns everything that is poisoned, the oldest first. */
  List<Settlement.Poisoned> all() {
    return poisons.stream().map(Poison::told).toList();
  }

  /** Forgets a poison; tells whether it was known. */
  boolean recover(Settlement.Poisoned poison) {
    return poisons.removeIf(known -> known.told().equals(poison));
  }

  /** A memory is gone, and its poison with it. */
  void closed(GuestMemory memory) {
    poisons.replaceAll(poison -> poison.without(memory));
    poisons.removeIf(poison -> poison.pieces().isEmpty());
  }

  private static boolean overlap(PageRange one, PageRange other) {
    return one.first().value() < other.endExclusive() && other.first().value() < one.endExclusive();
  }
}
