package io.github.gmem4j.backend.kvm.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.backend.kvm.lifetime.Mapped;
import io.github.gmem4j.backend.kvm.syscall.Returned;
import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class KickTest {
  private static final Returned DONE = Returned.of(0);
  private static final int THREAD = 17;
  private static final int SIGNAL = 35;

  private final MemorySegment run = Arena.ofAuto().allocate(4096);
  private final List<List<Object>> signals = Collections.synchronizedList(new ArrayList<>());
  private Runnable whileSignalling = () -> {};
  private final Syscalls syscalls =
      (Syscalls)
          Proxy.newProxyInstance(
              Syscalls.class.getClassLoader(),
              new Class<?>[] {Syscalls.class},
              (proxy, method, arguments) -> {
                if (method.getName().equals("gettid")) {
                  return Returned.of(THREAD);
                }
                assertEquals("signalThread", method.getName());
                whileSignalling.run();
                signals.add(List.of(arguments));
                return DONE;
              });
  private final Kick kick =
      new Kick(syscalls, new Mapped(syscalls, run.address(), run.byteSize()), SIGNAL);

  private boolean flag() {
    return run.get(ValueLayout.JAVA_BYTE, 1) != 0;
  }

  @Test
  void aThreadThatIsNotInsideGetsTheFlagAndNoSignal() {
    kick.ask();
    assertTrue(flag());
    kick.around(() -> DONE);
    kick.ask();
    assertEquals(List.of(), signals);
    assertTrue(kick.take(run));
  }

  @Test
  void aThreadInsideGetsBoth() {
    Returned returned =
        kick.around(() -> {
          kick.ask();
          return DONE;
        });
    assertEquals(DONE, returned);
    assertTrue(flag());
    assertEquals(List.of(List.<Object>of(THREAD, SIGNAL)), signals);
  }

  @Test
  void aCallThatFailsIsLeftToo() {
    try {
      kick.around(() -> {
        throw new IllegalStateException("a fault of ours");
      });
    } catch (IllegalStateException e) {
      assertEquals("a fault of ours", e.getMessage());
    }
    kick.ask();
    assertEquals(List.of(), signals);
  }

  @Test
  void nobodyLeavesBeforeASignalToHimIsSent() throws InterruptedException {
    CountDownLatch sending = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    whileSignalling =
        () -> {
          sending.countDown();
          await(goOn);
        };
    List<Integer> sentWhenLeft = Collections.synchronizedList(new ArrayList<>());
    CountDownLatch inside = new CountDownLatch(1);
    Thread runner =
        Thread.ofPlatform()
            .start(() -> {
              kick.around(() -> {
                inside.countDown();
                await(sending);
                return DONE;
              });
              sentWhenLeft.add(signals.size());
            });
    inside.await();
    Thread kicker = Thread.ofPlatform().start(kick::ask);
    sending.await();
    // Time to leave too early, for code that would.
    runner.join(50);
    goOn.countDown();
    runner.join();
    kicker.join();
    assertEquals(List.of(1), sentWhenLeft);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts", e);
    }
  }
}
