package io.github.gmem4j.backend.kvm.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.vm.Exit;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One thread is inside a vCPU; who comes second, or twice, is told by names. */
@Timeout(120)
class RunningTest {
  private static final Exit HALT = new Exit.Halt();
  private static final Exit.Failed CLOSED = new Exit.Failed(Errno.EBADF, "closed");

  private final CountDownLatch arrived = new CountDownLatch(1);
  private final CountDownLatch opened = new CountDownLatch(1);
  private final Running running = new Running(7, () -> {}, () -> {}, () -> {});

  private void pass() {
    arrived.countDown();
    await(opened);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static String refusal(Runnable call) {
    return String.valueOf(assertThrows(IllegalStateException.class, call::run).getMessage());
  }

  @Test
  void threadThatIsInsideCannotRunOrLoadAgain() {
    Thread me = Thread.currentThread();

    Exit exit =
        running.run(() -> {
          assertEquals(
              me + " cannot run vCPU 7 from within its own run()",
              refusal(() -> running.run(() -> HALT)));
          assertEquals(
              me + " cannot load vCPU 7 from within its own run()",
              refusal(() -> running.whileOut("load", () -> {})));
          return HALT;
        });

    assertEquals(HALT, exit);
    assertEquals(HALT, running.run(() -> HALT), "the refusal took nothing away");
  }

  @Test
  void secondThreadIsToldWhoIsInside() {
    CompletableFuture<Exit> first = new CompletableFuture<>();
    Thread other =
        Thread.ofPlatform()
            .daemon()
            .name("vcpu-7")
            .start(() ->
                first.complete(
                    running.run(() -> {
                      pass();
                      return HALT;
                    })));
    await(arrived);

    assertEquals(
        Thread.currentThread() + " cannot run vCPU 7 while " + other + " is inside",
        refusal(() -> running.run(() -> HALT)));

    opened.countDown();
    assertEquals(HALT, first.join());
  }

  @Test
  void runBesideACloseThatGivesTheVcpuBackIsNoMisuse() throws InterruptedException {
    Running closing = new Running(7, () -> {}, () -> {}, this::pass);
    Thread closer = Thread.ofPlatform().daemon().start(() -> closing.end(CLOSED));
    await(arrived);
    CompletableFuture<Exit> late =
        CompletableFuture.supplyAsync(
            () -> closing.run(() -> closing.ended() == null ? HALT : CLOSED));

    opened.countDown();

    assertEquals(CLOSED, late.join());
    closer.join();
  }
}
