package io.github.gmem4j.backend.kvm.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.backend.kvm.syscall.Returned;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class GateTest {
  private static final Returned DONE = Returned.of(0);

  private final Gate gate = new Gate();

  @Test
  void whoIsInsideIsNudgedUntilHeIsOutAndWhoComesWaits() throws InterruptedException {
    List<String> order = new CopyOnWriteArrayList<>();
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch out = new CountDownLatch(1);
    Thread guest =
        Thread.ofPlatform()
            .start(() -> {
              gate.pass(() -> {
                inside.countDown();
                await(out);
                order.add("left");
                return DONE;
              });
              await(closed);
              gate.pass(() -> {
                order.add("entered again");
                return DONE;
              });
            });
    inside.await();
    String answer =
        gate.whileClosed(
            out::countDown,
            () -> {
              closed.countDown();
              order.add("closed");
              return "moved";
            });
    guest.join();
    assertEquals("moved", answer);
    assertEquals(List.of("left", "closed", "entered again"), order);
  }

  private final CountDownLatch closed = new CountDownLatch(1);

  @Test
  void anInterruptIsKeptForLater() throws InterruptedException {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch out = new CountDownLatch(1);
    Thread guest =
        Thread.ofPlatform()
            .start(() ->
                gate.pass(() -> {
                  inside.countDown();
                  await(out);
                  return DONE;
                }));
    inside.await();
    Thread.currentThread().interrupt();
    assertEquals(5, gate.whileClosed(out::countDown, () -> 5));
    assertTrue(Thread.interrupted());
    guest.join();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts", e);
    }
  }
}
