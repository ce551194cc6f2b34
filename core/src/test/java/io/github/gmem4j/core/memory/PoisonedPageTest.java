package io.github.gmem4j.core.memory;

import static io.github.gmem4j.core.World.errnoOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.clearInvocations;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;

import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.Platforms;
import io.github.gmem4j.core.TestPolicy;
import io.github.gmem4j.core.World;
import org.junit.jupiter.api.Test;

/** Hardware memory errors. */
class PoisonedPageTest {
  private final World world = World.inPlace();

  @Test
  void guestGetsEhwpoisonAndAMemoryFault() {
    world.guestStore(2, 1);
    world.memory().poison(new PageIndex(2)).orThrow();

    Exit.MemoryFault fault =
        assertInstanceOf(
            Exit.MemoryFault.class,
            world.exitOf(new GuestAction.Read(World.gpa(2), Shareability.PRIVATE)));

    assertEquals(Errno.EHWPOISON, fault.errno());
    assertEquals(World.gpa(2), fault.gpa());
    assertEquals(Exit.MemoryFault.FLAG_PRIVATE, fault.flags());
  }

  @Test
  void neighboursOfAPoisonedPageAreFine() {
    world.guestStore(1, 1);
    world.guestStore(2, 2);
    world.guestStore(3, 3);
    world.memory().poison(new PageIndex(2)).orThrow();

    assertEquals(1, world.guestLoad(1));
    assertEquals(3, world.guestLoad(3));
  }

  @Test
  void guestLosesItsMappingOfThatPageOnly() {
    Platform platform = Platforms.agreeable();
    World confidential =
        World.of(Engine.inMemory(), TestPolicy.confidential().with(platform), GuestMemory.MMAP);
    confidential.guestStore(2, 2);
    clearInvocations(platform);

    confidential.memory().poison(new PageIndex(2)).orThrow();

    verify(platform).zapPrivate(GfnRange.of(World.gpa(2).gfn().value(), 1));
    verify(platform, never()).reclaim(any());
  }

  @Test
  void stateAndContentsStayAndThePageStillConverts() {
    world.guestStore(2, 2);
    world.memory().poison(new PageIndex(2)).orThrow();

    assertEquals("P".repeat(World.PAGES), world.states());
    assertTrue(world.toShared(2, 1).succeeded());
    assertFalse(world.hostReaches(2));
    assertTrue(world.toPrivate(2, 1).succeeded());
    assertTrue(world.toShared(4, 1).succeeded());
    world.hostStore(4, 4);
    Pin before = world.pin(4, ReferenceKind.LONG_TERM, "vfio");
    world.memory().poison(new PageIndex(4)).orThrow();
    assertEquals(4, before.load(0));
  }

  @Test
  void punchedHoleRemovesThePoison() {
    world.guestStore(2, 2);
    world.memory().poison(new PageIndex(2)).orThrow();

    world.memory().punchHole(World.pages(2, 1)).orThrow();

    assertEquals(0, world.guestLoad(2));
  }

  @Test
  void absentPageIsEnoentAndPastTheEndIsEinval() {
    assertEquals(Errno.ENOENT, errnoOf(world.memory().poison(new PageIndex(2))));
    assertEquals(Errno.EINVAL, errnoOf(world.memory().poison(new PageIndex(World.PAGES))));
  }

  @Test
  void pageThatIsOnlyAllocatedCanBePoisoned() {
    world.memory().allocate(World.pages(2, 1)).orThrow();

    assertTrue(world.memory().poison(new PageIndex(2)).succeeded());
    assertInstanceOf(
        Exit.MemoryFault.class,
        world.exitOf(new GuestAction.Touch(World.gpa(2), Shareability.PRIVATE)));
  }
}
