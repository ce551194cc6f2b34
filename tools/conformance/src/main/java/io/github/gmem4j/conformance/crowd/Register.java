package io.github.gmem4j.conformance.crowd;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Something that is set and looked at by several at once: which values a look may see. A set that
 * overlaps the look, or that no other surely came after, may be the one that is seen.
 *
 * @param <V> what it holds
 */
final class Register<V> {
  /**
   * One set.
   *
   * @param surely false: it may have been without effect
   */
  private record Written<V>(V value, Interval when, boolean surely) {}

  private final List<Written<V>> writes = new ArrayList<>();

  /** Creates one that holds a value from the beginning. */
  Register(V initial) {
    writes.add(new Written<>(initial, Interval.EVER, true));
  }

  /** It was set. */
  void set(V value, Interval when) {
    writes.add(new Written<>(value, when, true));
  }

  /** It may have been set. */
  void mayBeSet(V value, Interval when) {
    writes.add(new Written<>(value, when, false));
  }

  /** Returns what a look may see. */
  Set<V> at(Interval look) {
    return writes.stream()
        .filter(write -> !look.isBefore(write.when()) && !isHidden(write, look))
        .map(Written::value)
        .collect(Collectors.toSet());
  }

  /** Returns when it was set to what, up to the end of a look, in words. */
  String history(Interval look) {
    return writes.stream()
        .filter(write -> !look.isBefore(write.when()))
        .sorted(Comparator.comparingLong(write -> write.when().end()))
        .map(write ->
            "%s%s at %d to %d"
                .formatted(
                    write.value(),
                    write.surely() ? "" : " perhaps",
                    write.when().begin(),
                    write.when().end()))
        .collect(Collectors.joining(", "));
  }

  /** Tells whether another surely came between. */
  private boolean isHidden(Written<V> write, Interval look) {
    return writes.stream()
        .anyMatch(other ->
            other.surely() && write.when().isBefore(other.when()) && other.when().isBefore(look));
  }
}
