package io.github.gmem4j.core.life;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.vm.MemorySlot;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.LockQueue;
import io.github.gmem4j.core.World;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls that found a VM alive and wait for its slots while it is closed. */
@Timeout(120)
class BesideVmCloseTest {
  private static final long SPARE = 5;

  private final LockQueue queue = new LockQueue();
  private final World world = World.inPlaceShared(Engine.builder().faults(queue));
  private final GuestMemory other =
      world
          .engine()
          .createVm(SoftwareProtectedPolicy.create())
          .linkGuestMemory(world.memory())
          .orThrow();

  @BeforeEach
  void somebodyHoldsTheMemory() {
    queue.hold(other, SPARE);
  }

  @Test
  void slotThatWaitedIsRefusedOnceTheVmIsClosed() {
    // Takes the VM's slots and waits for the memory.
    CompletableFuture<KernelResult<MemorySlot>> gone =
        queue.enqueue(() -> world.vm().setMemory(SlotRequest.delete(World.SLOT)));
    CompletableFuture<KernelResult<MemorySlot>> late =
        queue.enqueue(
            () -> world.vm().setMemory(SlotRequest.bind(2, World.gpa(0), world.memory())));
    queue.enqueue(world.vm()::close);
    queue.letGo();

    assertTrue(gone.join().succeeded(), "it was under way before");
    assertEquals(Errno.EIO, World.errnoOf(late.join()));
    assertEquals(List.of(), world.vm().slots());
  }
}
