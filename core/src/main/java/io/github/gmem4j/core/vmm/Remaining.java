package io.github.gmem4j.core.vmm;

import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.participant.PlannedConversion;
import java.util.ArrayList;
import java.util.List;

/**
 * What the kernel, which was told that it may convert some pieces, has not converted yet.
 * Immutable.
 *
 * @param pieces what remains, each a part of a planned piece
 */
record Remaining(List<Remaining.Part> pieces) {
  /** Pages that are to get a state. */
  record Part(GuestMemory memory, PageRange pages, Shareability target) {}

  static Remaining of(List<PlannedConversion> pieces) {
    return new Remaining(
        pieces.stream()
            .map(piece -> new Part(piece.memory(), piece.pages(), piece.target()))
            .toList());
  }

  /** Tells whether some pages are among those that remain. */
  boolean concerns(GuestMemory memory, PageRange pages) {
    return pieces.stream()
        .anyMatch(part -> part.memory().equals(memory) && overlap(part.pages(), pages));
  }

  /** Tells whether the kernel's turn is over. */
  boolean isNothing() {
    return pieces.isEmpty();
  }

  /**
   * Takes note of a change of state. To the wanted state, the pages are done. To the other one, a
   * newer request of the guest has cancelled the whole of this one.
   */
  Remaining after(GuestMemory memory, PageRange changed, Shareability state) {
    List<Part> left = new ArrayList<>();
    for (Part part : pieces) {
      if (!part.memory().equals(memory) || !overlap(part.pages(), changed)) {
        left.add(part);
      } else if (part.target() != state) {
        return new Remaining(List.of());
      } else {
        addBetween(left, part, part.pages().first().value(), changed.first().value());
        addBetween(left, part, changed.endExclusive(), part.pages().endExclusive());
      }
    }
    return new Remaining(List.copyOf(left));
  }

  private static boolean overlap(PageRange one, PageRange other) {
    return one.first().value() < other.endExclusive() && other.first().value() < one.endExclusive();
  }

  private static void addBetween(List<Part> left, Part part, long first, long end) {
    if (first < end) {
      left.add(new Part(part.memory(), PageRange.of(first, end - first), part.target()));
    }
  }
}
