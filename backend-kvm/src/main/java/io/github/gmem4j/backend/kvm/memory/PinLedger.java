package io.github.gmem4j.backend.kvm.memory;

import io.github.gmem4j.api.memory.Blocker;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Pin;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The references that this backend took on pages of one memory and that can block a conversion. The
 * kernel names a page that is held, never the holder. Thread-safe.
 */
final class PinLedger {
  /** Immutable while empty: most memories are never pinned. */
  private Set<Pin> pins = Set.of();

  synchronized void add(Pin pin) {
    pins = pins.isEmpty() ? new HashSet<>() : pins;
    pins.add(pin);
  }

  synchronized void remove(Pin pin) {
    if (!pins.isEmpty()) {
      pins.remove(pin);
    }
  }

  /** Returns the pins on pages of a range. */
  synchronized Set<Pin> within(ByteRange range) {
    return pins.isEmpty()
        ? Set.of()
        : pins.stream()
            .filter(pin -> contains(range, pin.page()))
            .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * Forgets pins on pages that were punched out: they hold a page that is no more in the memory.
   */
  synchronized void forget(Set<Pin> punched) {
    if (!punched.isEmpty()) {
      pins.removeAll(punched);
    }
  }

  /** Returns who is known to hold pages of a range, in ascending page order. */
  synchronized List<Blocker> blockers(ByteRange range) {
    return pins.stream()
        .filter(pin -> contains(range, pin.page()))
        .map(pin -> new Blocker(pin.page(), pin.holder(), pin.kind(), pin.since()))
        .sorted(Comparator.comparing(Blocker::page).thenComparing(Blocker::since))
        .toList();
  }

  private static boolean contains(ByteRange range, PageIndex page) {
    long at = page.offset().value() - range.start().value();
    return Long.compareUnsigned(at, range.size().value()) < 0;
  }
}
