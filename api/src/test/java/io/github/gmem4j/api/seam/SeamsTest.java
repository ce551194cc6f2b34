package io.github.gmem4j.api.seam;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where time and faults come from. */
class SeamsTest {
  @ParameterizedTest
  @ValueSource(strings = {"core.allocate-page", "a", "a.b.c", "tdx.seamcall-busy", "1.2"})
  void faultSitesAreWordsJoinedByDots(String name) {
    assertEquals(name, new FaultSite(name).name());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "a.", ".a", "a..b", "A", "a b", "a_b"})
  void otherNamesAreIllegal(String name) {
    assertThrows(IllegalArgumentException.class, () -> new FaultSite(name));
  }

  @Test
  void nothingEverGoesWrongByDefault() {
    assertFalse(FaultInjector.NONE.injects(new FaultSite("core.anything"), 7));
  }

  @Test
  void interruptEndsARealPauseEarlyAndStaysSet() {
    Thread.currentThread().interrupt();

    Waiter.REAL.pause(Duration.ofDays(1));

    assertTrue(Thread.interrupted());
  }
}
