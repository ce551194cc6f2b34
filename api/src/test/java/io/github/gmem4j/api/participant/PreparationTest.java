package io.github.gmem4j.api.participant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A hint that nobody can wait for is refused where it is made. */
class PreparationTest {
  @Test
  void hintsUpToTheLongestAreLegal() {
    for (Duration hint : new Duration[] {Duration.ZERO, Preparation.NeedsTime.LONGEST_HINT}) {
      assertEquals(hint, new Preparation.NeedsTime(hint).hint());
    }
  }

  @Test
  void negativeAndOverflowingHintsAreNamed() {
    for (Duration hint :
        new Duration[] {
          Duration.ofNanos(-1),
          Preparation.NeedsTime.LONGEST_HINT.plusNanos(1),
          Duration.ofSeconds(Long.MAX_VALUE)
        }) {
      IllegalArgumentException thrown =
          assertThrows(IllegalArgumentException.class, () -> new Preparation.NeedsTime(hint));
      assertTrue(thrown.toString().contains(hint.toString()), thrown::toString);
    }
  }

  @Test
  @SuppressWarnings("NullAway")
  void nullHintIsNamed() {
    NullPointerException thrown =
        assertThrows(NullPointerException.class, () -> new Preparation.NeedsTime(null));
    assertTrue(thrown.toString().contains("hint"), thrown::toString);
  }
}
