package io.github.gmem4j.core.memory;

import static io.github.gmem4j.core.World.errnoOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.Platforms;
import io.github.gmem4j.core.TestPolicy;
import io.github.gmem4j.core.World;
import org.junit.jupiter.api.Test;

/** A file lives until its descriptor and the last mapping made through it are gone. */
class ClosedMemoryTest {
  private final World world = World.inPlaceShared();

  @Test
  void everyCallAnswersEbadf() {
    GuestMemory memory = world.memory();
    memory.close();
    memory.close();

    assertEquals(
        Errno.EBADF,
        assertInstanceOf(ConversionOutcome.Rejected.class, world.toPrivate(0, 1)).reject());
    assertEquals(Errno.EBADF, errnoOf(memory.allocate(World.pages(0, 1))));
    assertEquals(Errno.EBADF, errnoOf(memory.punchHole(World.pages(0, 1))));
    assertEquals(Errno.EBADF, errnoOf(memory.fallocate(-1, World.pages(0, 1))));
    assertEquals(Errno.EBADF, errnoOf(memory.truncate(World.bytes(1))));
    assertEquals(Errno.EBADF, errnoOf(memory.map(World.bytes(1))));
    assertEquals(Errno.EBADF, errnoOf(memory.poison(new PageIndex(0))));
  }

  @Test
  void mappingKeepsPagesAndBindingsAlive() {
    world.hostStore(0, 5);

    world.memory().close();

    assertEquals(5, world.hostLoad(0));
    assertEquals(5, world.guestLoad(0));
    assertTrue(world.vm().slots().getFirst().memory().isPresent());
  }

  @Test
  void lastMappingThatGoesUnbindsEverySlotAndTheGuestFaults() {
    world.hostStore(0, 5);
    world.memory().close();

    world.host().close();

    assertTrue(world.vm().slots().getFirst().memory().isEmpty());
    assertTrue(world.vm().slots().getFirst().isGuestMemfd());
    Exit.MemoryFault fault =
        assertInstanceOf(
            Exit.MemoryFault.class,
            world.exitOf(new GuestAction.Read(World.gpa(0), Shareability.SHARED)));
    assertEquals(Errno.EFAULT, fault.errno());
    assertEquals(0, fault.flags());
  }

  @Test
  void slotOfAClosedMemoryCanBeDeleted() {
    world.memory().close();
    world.host().close();

    assertTrue(world.vm().setMemory(SlotRequest.delete(World.SLOT)).succeeded());
    assertTrue(world.vm().slots().isEmpty());
  }

  @Test
  void pagesGoBackToThePlatformOnceWhenTheMemoryDies() {
    Platform platform = Platforms.agreeable();
    World confidential =
        World.of(Engine.inMemory(), TestPolicy.confidential().with(platform), GuestMemory.MMAP);
    confidential.guestStore(0, 1);
    confidential.guestStore(7, 1);

    confidential.memory().close();
    verify(platform, never()).reclaim(any());
    confidential.host().close();
    confidential.host().close();
    confidential.memory().close();

    verify(platform, times(2)).reclaim(any());
  }

  @Test
  void secondMappingKeepsTheFileAliveToo() {
    var child = world.host().duplicate();
    world.hostStore(1, 8);
    world.memory().close();
    world.host().close();

    assertEquals(8, World.load(child, 1));
    assertEquals(8, world.guestLoad(1));
    child.close();
    assertTrue(world.vm().slots().getFirst().memory().isEmpty());
  }
}
