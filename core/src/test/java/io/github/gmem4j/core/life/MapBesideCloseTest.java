package io.github.gmem4j.core.life;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A memory is mapped, duplicated and linked just as it is closed, over and over: another VM's view
 * of it never loses its contents, and whoever was answered Ok has them.
 */
@Timeout(300)
class MapBesideCloseTest {
  private static final int ROUNDS = 20_000;
  private static final byte CONTENTS = 7;

  private final Engine engine = Engine.inMemory();
  private final VirtualMachine owner = engine.createVm(SoftwareProtectedPolicy.create());
  private final VirtualMachine keeper = engine.createVm(SoftwareProtectedPolicy.create());
  private final VirtualMachine late = engine.createVm(SoftwareProtectedPolicy.create());
  private final CyclicBarrier round = new CyclicBarrier(2);

  private GuestMemory memory = filled();

  private GuestMemory filled() {
    GuestMemory filled =
        owner
            .createGuestMemory(ByteCount.PAGE, GuestMemory.MMAP | GuestMemory.INIT_SHARED)
            .orThrow();
    try (HostMapping mapping = filled.map(ByteCount.PAGE).orThrow()) {
      mapping.store(ByteOffset.ZERO, new byte[] {CONTENTS});
    }
    return filled;
  }

  private static byte contentsOf(HostMapping mapping) {
    byte[] into = new byte[1];
    assertEquals(HostAccess.DONE, mapping.load(ByteOffset.ZERO, into));
    return into[0];
  }

  private static byte contentsOf(GuestMemory view) {
    try (HostMapping mapping = view.map(ByteCount.PAGE).orThrow()) {
      return contentsOf(mapping);
    }
  }

  /** Something done to the memory of the round while it is closed; checks what it was given. */
  @FunctionalInterface
  private interface Beside {
    void closing(GuestMemory memory);
  }

  private void rounds(boolean kept, Beside call) throws Exception {
    try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
      Future<?> calls =
          threads.submit(() -> {
            for (int i = 0; i < ROUNDS; i++) {
              round.await();
              call.closing(memory);
              round.await();
            }
            return null;
          });
      for (int i = 0; i < ROUNDS && !calls.isDone(); i++) {
        memory = filled();
        GuestMemory other = kept ? keeper.linkGuestMemory(memory).orThrow() : null;
        round.await();
        memory.close();
        round.await();
        if (other != null) {
          assertEquals(CONTENTS, contentsOf(other), "round " + i);
          other.close();
        }
      }
      calls.get();
    }
  }

  @Test
  void mappedBesideClose() throws Exception {
    rounds(
        true,
        closing -> {
          if (closing.map(ByteCount.PAGE) instanceof KernelResult.Ok<HostMapping> mapped) {
            assertEquals(CONTENTS, contentsOf(mapped.value()));
            mapped.value().close();
          }
        });
  }

  @Test
  void linkedBesideClose() throws Exception {
    rounds(
        false,
        closing -> {
          if (late.linkGuestMemory(closing) instanceof KernelResult.Ok<GuestMemory> linked) {
            assertEquals(CONTENTS, contentsOf(linked.value()));
            linked.value().close();
          }
        });
  }
}
