package io.github.gmem4j.core.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.clearInvocations;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;

import io.github.gmem4j.api.memory.ConversionOutcome.AlreadyThere;
import io.github.gmem4j.api.memory.ConversionOutcome.Blocked;
import io.github.gmem4j.api.memory.ConversionOutcome.Converted;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.Platforms;
import io.github.gmem4j.core.TestPolicy;
import io.github.gmem4j.core.World;
import io.github.gmem4j.core.kernel.HostKernel;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A range that has the wanted state everywhere is left alone. */
class ConversionIdempotenceTest {
  private static final AlreadyThere ALREADY_SHARED = new AlreadyThere(Shareability.SHARED);
  private static final AlreadyThere ALREADY_PRIVATE = new AlreadyThere(Shareability.PRIVATE);

  @Test
  void secondConversionToSharedFindsEverythingThere() {
    World world = World.inPlace();

    assertEquals(new Converted(Shareability.SHARED), world.toShared(2, 3));
    assertEquals(ALREADY_SHARED, world.toShared(2, 3));
    assertEquals(ALREADY_SHARED, world.toShared(3, 1));
  }

  @Test
  void secondConversionToPrivateFindsEverythingThere() {
    World world = World.inPlaceShared();

    assertEquals(new Converted(Shareability.PRIVATE), world.toPrivate(2, 3));
    assertEquals(ALREADY_PRIVATE, world.toPrivate(2, 3));
    assertTrue(world.toPrivate(2, 3).succeeded());
    assertEquals(Optional.empty(), world.toPrivate(2, 3).errno());
  }

  @Test
  void onePageThatDiffersIsEnoughToConvertTheRange() {
    World world = World.inPlace();
    world.toShared(0, 3);

    assertEquals(new Converted(Shareability.SHARED), world.toShared(0, 4));
    assertEquals("SSSSPPPPPPPPPPPP", world.states());
  }

  @Test
  void rangeThatIsSharedAlreadyStaysMappedInTheHostAndPinned() {
    World world = World.inPlaceShared();
    world.hostStore(4, 7);

    try (Pin pin = world.pin(4, ReferenceKind.LONG_TERM, "disk")) {
      assertEquals(ALREADY_SHARED, world.toShared(0, World.PAGES));
      assertTrue(world.hostMaps(4));
      assertEquals(7, pin.load(0));
    }
  }

  @Test
  void rangeThatIsPrivateAlreadySucceedsEvenWhenAnUnboundedReferenceCheckWouldFail() {
    // Somebody always looks at a page just as references are counted.
    World world =
        World.of(
            Engine.builder()
                .faults((site, subject) -> site.equals(HostKernel.TRANSIENT_REFERENCE))
                .build(),
            TestPolicy.confidential(),
            GuestMemory.MMAP);
    world.guestStore(3, 1);

    assertEquals(ALREADY_PRIVATE, world.toPrivate(0, World.PAGES));
    world.toShared(0, 1);
    assertTrue(world.toPrivate(0, World.PAGES) instanceof Blocked);
  }

  @Test
  void nothingIsReservedForARangeThatIsThereAlready() {
    World world =
        World.of(
            Engine.builder()
                .faults((site, subject) -> site.equals(HostKernel.RESERVE_STATE))
                .build(),
            TestPolicy.confidential(),
            GuestMemory.MMAP);

    assertEquals(ALREADY_PRIVATE, world.toPrivate(0, 4));
  }

  @Test
  void guestKeepsItsMappingsOfARangeThatIsThereAlready() {
    Platform platform = Platforms.agreeable();
    World world =
        World.of(Engine.inMemory(), TestPolicy.confidential().with(platform), GuestMemory.MMAP);
    world.guestStore(1, 9);
    clearInvocations(platform);

    world.toPrivate(0, 4);

    verifyNoInteractions(platform);
    world.guestLoad(1);
    verify(platform, never()).makePrivate(any(), any());
  }

  @Test
  void hostKeepsItsPageTableWhenARangeIsSharedAlready() {
    World world = World.inPlaceShared();
    world.hostStore(0, 1);
    long faults = world.host().faults();

    world.toShared(0, World.PAGES);
    world.hostLoad(0);

    assertEquals(faults, world.host().faults());
    assertFalse(world.hostMaps(1));
  }
}
