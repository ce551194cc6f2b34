package io.github.gmem4j.testkit.world;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ManualClockTest {
  private final ManualClock clock = new ManualClock();

  @Test
  void timePassesOnlyWhenSomebodyWaits() {
    assertEquals(Instant.EPOCH, clock.instant());
    clock.pause(Duration.ofMillis(5));
    assertEquals(Duration.ofMillis(5), clock.elapsed());
    assertEquals(List.of(Duration.ofMillis(5)), clock.pauses());
    clock.advance(Duration.ofMillis(1));
    assertEquals(Duration.ofMillis(6), clock.elapsed());
    assertEquals(1, clock.pauses().size());
  }

  @Test
  void plansHappenInTheOrderOfTheirTimesAndAtTheirTimes() {
    List<String> happened = new ArrayList<>();
    clock.after(Duration.ofMillis(3), () -> happened.add("late at " + clock.elapsed()));
    clock.after(Duration.ofMillis(1), () -> happened.add("early at " + clock.elapsed()));
    clock.pause(Duration.ofMillis(2));
    assertEquals(List.of("early at PT0.001S"), happened);
    clock.pause(Duration.ofMillis(2));
    assertEquals(List.of("early at PT0.001S", "late at PT0.003S"), happened);
  }

  @Test
  void aPlanForNowHappensInTheNextPause() {
    List<String> happened = new ArrayList<>();
    clock.after(Duration.ZERO, () -> happened.add("now"));
    assertEquals(List.of(), happened);
    clock.pause(Duration.ZERO);
    assertEquals(List.of("now"), happened);
  }

  @Test
  void thePastCannotBePlanned() {
    assertThrows(
        IllegalArgumentException.class, () -> clock.after(Duration.ofMillis(-1), () -> {}));
  }
}
