package io.github.gmem4j.backend.kvm.syscall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class ScratchTest {
  private static long address(int bytes) {
    try (Scratch scratch = Scratch.open()) {
      return scratch.allocate(bytes, 8).address();
    }
  }

  @Test
  void theNextCallGetsTheSameBytesAndTheyAreZero() {
    MemorySegment first;
    try (Scratch scratch = Scratch.open()) {
      first = scratch.allocate(64, 8);
      first.fill((byte) 7);
    }
    try (Scratch scratch = Scratch.open()) {
      MemorySegment second = scratch.allocate(64, 8);
      assertEquals(first.address(), second.address());
      assertEquals(-1, second.mismatch(MemorySegment.ofArray(new byte[64])));
    }
  }

  @Test
  void whatIsAllocatedTogetherLiesApart() {
    try (Scratch outer = Scratch.open()) {
      MemorySegment odd = outer.allocate(3, 1);
      odd.fill((byte) 1);
      try (Scratch inner = Scratch.open()) {
        inner.allocate(16, 8).fill((byte) 2);
      }
      MemorySegment next = outer.allocate(8, 8);
      assertEquals(odd.address() + 8, next.address());
      assertEquals(1, odd.get(ValueLayout.JAVA_BYTE, 2));
    }
  }

  @Test
  void whatDoesNotFitIsAllocatedApart() {
    long small = address(8);
    try (Scratch scratch = Scratch.open()) {
      assertNotEquals(small, scratch.allocate(4096, 8).address());
      assertEquals(0, scratch.allocate(8, 4096).address() % 4096);
      assertEquals(small, scratch.allocate(8, 8).address());
    }
  }

  @Test
  void everyThreadHasItsOwn() throws Exception {
    FutureTask<Long> other = new FutureTask<>(() -> address(8));
    Thread thread = Thread.ofPlatform().start(other);
    try (Scratch scratch = Scratch.open()) {
      long mine = scratch.allocate(8, 8).address();
      assertNotEquals(mine, other.get());
    }
    thread.join();
  }
}
