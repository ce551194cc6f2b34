package io.github.gmem4j.api.seam;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
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

  @Test
  void realPauseIsOverAsSoonAsThereIsNoReasonToWait() {
    EndableWaiter real = (EndableWaiter) Waiter.REAL;

    real.pause(Duration.ofDays(1), () -> true);
  }

  @Test
  void unparkedThreadAsksAgainWhetherToWait() throws InterruptedException {
    EndableWaiter real = (EndableWaiter) Waiter.REAL;
    AtomicBoolean over = new AtomicBoolean();
    CountDownLatch asked = new CountDownLatch(1);
    Thread waiting =
        new Thread(() ->
            real.pause(
                Duration.ofDays(1),
                () -> {
                  boolean answer = over.get();
                  asked.countDown();
                  return answer;
                }));
    waiting.start();
    asked.await();

    over.set(true);
    LockSupport.unpark(waiting);
    waiting.join();
  }

  @Test
  void realPauseLastsAsLongAsItShouldThoughTheThreadIsUnparked() {
    Duration pause = Duration.ofMillis(20);
    long begun = System.nanoTime();
    LockSupport.unpark(Thread.currentThread());

    Waiter.REAL.pause(pause);

    // Never early; how late it is depends on the machine, and no test says.
    assertTrue(System.nanoTime() - begun >= pause.toNanos());
  }
}
