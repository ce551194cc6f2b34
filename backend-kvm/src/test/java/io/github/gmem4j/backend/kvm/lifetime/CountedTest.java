package io.github.gmem4j.backend.kvm.lifetime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.backend.kvm.fake.FakeKernel;
import io.github.gmem4j.backend.kvm.syscall.Returned;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CountedTest {
  private final AtomicInteger releases = new AtomicInteger();
  private final Counted counted = new Counted(releases::incrementAndGet);

  @Test
  void theLastToLeaveReleases() {
    assertTrue(counted.enter());
    counted.close();
    assertTrue(counted.isClosed());
    assertEquals(0, releases.get());
    counted.leave();
    assertEquals(1, releases.get());
  }

  @Test
  void nobodyEntersWhatIsClosed() {
    assertTrue(counted.enter());
    counted.close();
    assertFalse(counted.enter());
    counted.leave();
    assertFalse(counted.enter());
    assertEquals(1, releases.get());
  }

  @Test
  void whoIsInsideMayLetOthersInAfterTheClose() {
    assertTrue(counted.enter());
    counted.close();
    counted.enterFor();
    counted.leave();
    assertEquals(0, releases.get());
    counted.leave();
    assertEquals(1, releases.get());
  }

  @Test
  void closingTwiceReleasesOnce() {
    counted.close();
    counted.close();
    assertEquals(1, releases.get());
  }

  @Test
  void nobodyIsInsideWhenItIsReleasedWhateverTheThreadsDo() throws InterruptedException {
    for (int round = 0; round < 200; round++) {
      AtomicBoolean released = new AtomicBoolean();
      AtomicInteger wrong = new AtomicInteger();
      Counted raced = new Counted(() -> released.set(true));
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        threads.add(
            Thread.startVirtualThread(() -> {
              while (raced.enter()) {
                if (released.get()) {
                  wrong.incrementAndGet();
                }
                raced.leave();
              }
            }));
      }
      raced.close();
      for (Thread thread : threads) {
        thread.join();
      }
      assertTrue(released.get());
      assertEquals(0, wrong.get());
    }
  }

  @Test
  void aClosedDescriptorReachesTheKernelAsMinusOne() {
    FakeKernel kernel = new FakeKernel(FakeKernel.Generation.NONE);
    Descriptor file = new Descriptor(kernel, kernel.memfdCreate("a", 0).asInt());
    assertTrue(file.call(Returned::of).value() >= 0);
    file.close();
    file.close();
    assertEquals(-1, file.call(Returned::of).value());
    kernel.assertNothingLeft();
  }

  @Test
  void aDescriptorClosedDuringACallIsClosedAfterIt() {
    FakeKernel kernel = new FakeKernel(FakeKernel.Generation.NONE);
    Descriptor file = new Descriptor(kernel, kernel.memfdCreate("a", 0).asInt());
    file.call(fd -> {
      file.close();
      assertEquals(1, kernel.openFiles());
      return kernel.ftruncate(fd, 1).orThrow("the number is still this file's");
    });
    kernel.assertNothingLeft();
  }

  @Test
  void whatWasAcquiredIsClosedLastFirstUnlessKept() {
    List<String> closed = new ArrayList<>();
    try (Acquired acquired = new Acquired()) {
      acquired.add(() -> {}, () -> closed.add("first"));
      acquired.add(() -> {}, () -> closed.add("second"));
    }
    assertEquals(List.of("second", "first"), closed);
    try (Acquired acquired = new Acquired()) {
      acquired.add(() -> {}, () -> closed.add("third"));
      assertEquals("owner", acquired.keep("owner"));
    }
    assertEquals(2, closed.size());
  }
}
