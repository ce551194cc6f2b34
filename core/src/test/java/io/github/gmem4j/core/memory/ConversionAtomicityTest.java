package io.github.gmem4j.core.memory;

import static io.github.gmem4j.core.World.at;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.clearInvocations;
import static org.mockito.Mockito.verifyNoInteractions;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.ConversionPhase;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.seam.FaultInjector;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.Platforms;
import io.github.gmem4j.core.TestPolicy;
import io.github.gmem4j.core.World;
import io.github.gmem4j.core.kernel.HostKernel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** All of the range or nothing, and nothing beside the range. */
class ConversionAtomicityTest {
  private final List<Long> reserved = new ArrayList<>();
  private final FaultInjector exhausted =
      (site, subject) -> site.equals(HostKernel.RESERVE_STATE) && reserved.add(subject);

  @Test
  void exhaustedMemoryIsEnomemAtTheStartOfTheRange() {
    World world = World.inPlaceShared(Engine.builder().faults(exhausted));

    ConversionOutcome outcome = world.toPrivate(5, 3);

    assertEquals(new ConversionOutcome.OutOfMemory(at(5)), outcome);
    assertEquals(Optional.of(Errno.ENOMEM), outcome.errno());
    assertEquals(Optional.of(at(5)), outcome.writtenErrorOffset());
    assertEquals(ConversionPhase.RESERVE, outcome.phase());
    assertEquals(List.of(5L), reserved);
  }

  @Test
  void exhaustedMemoryLeavesHostMappingsAndStatesAlone() {
    World world = World.inPlaceShared(Engine.builder().faults(exhausted));
    world.hostStore(5, 11);
    long faults = world.host().faults();

    world.toPrivate(5, 3);

    assertTrue(world.hostMaps(5));
    assertEquals(11, world.hostLoad(5));
    assertEquals(faults, world.host().faults());
    assertEquals("S".repeat(World.PAGES), world.states());
  }

  @Test
  void exhaustedMemoryIsTheOnlyFailureTowardsSharedAndTouchesNoGuestMapping() {
    Platform platform = Platforms.agreeable();
    World world =
        World.of(
            Engine.builder().faults(exhausted).build(),
            TestPolicy.confidential().with(platform),
            GuestMemory.MMAP);
    world.guestStore(2, 3);
    clearInvocations(platform);

    assertEquals(new ConversionOutcome.OutOfMemory(at(2)), world.toShared(2, 2));

    verifyNoInteractions(platform);
    assertEquals("P".repeat(World.PAGES), world.states());
  }

  @ParameterizedTest(name = "pages [{0}, +{1})")
  @CsvSource({"0, 1", "0, 16", "1, 1", "1, 14", "7, 2", "15, 1", "3, 5", "8, 8"})
  void conversionStopsExactlyAtBothEnds(int first, int count) {
    World world = World.inPlaceShared();
    for (long page = 0; page < World.PAGES; page++) {
      world.hostStore(page, (int) page + 1);
    }

    assertTrue(world.toPrivate(first, count).succeeded());

    for (int page = 0; page < World.PAGES; page++) {
      boolean inside = page >= first && page < first + count;
      assertEquals(!inside, world.hostMaps(page), "mapping of page " + page);
      assertEquals(inside ? 'P' : 'S', world.states().charAt(page), "state of page " + page);
      assertEquals(!inside, world.hostReaches(page), "reach of page " + page);
    }
    assertTrue(world.toShared(first, count).succeeded());
    assertEquals("S".repeat(World.PAGES), world.states());
  }

  @Test
  void rangeOfBothStatesIsAcceptedAndConvertedWhole() {
    World world = World.inPlace();
    world.toShared(1, 1);
    world.toShared(3, 2);
    world.toShared(8, 1);
    assertEquals("PSPSSPPPSPPPPPPP", world.states());

    assertTrue(world.toShared(0, 6).succeeded());
    assertEquals("SSSSSSPPSPPPPPPP", world.states());
    assertTrue(world.toPrivate(2, 7).succeeded());
    assertEquals("SSPPPPPPPPPPPPPP", world.states());
  }

  @Test
  void unallocatedPagesConvertWithoutBeingAllocated() {
    World world = World.inPlace();

    world.toShared(0, World.PAGES);
    world.toPrivate(4, 4);

    for (long page = 0; page < World.PAGES; page++) {
      assertFalse(world.memory().isPopulated(World.pages(page, 1).start().page()));
    }
    assertEquals(0, world.hostLoad(0));
    assertEquals(0, world.guestLoad(5));
    assertEquals("SSSSPPPPSSSSSSSS", world.states());
  }

  @Test
  void conversionOfATebibyteNeedsNoPage() {
    GuestMemory huge =
        World.inPlace().vm().createGuestMemory(ByteCount.tib(1), GuestMemory.MMAP).orThrow();
    long pages = 1L << 28;

    assertTrue(huge.convert(ConversionRequest.toShared(World.pages(1, pages - 2))).succeeded());
    assertEquals(
        List.of("PRIVATE", "SHARED", "SHARED", "PRIVATE"),
        List.of(0L, 1L, pages - 2, pages - 1).stream()
            .map(page -> huge.shareability(new PageIndex(page)).name())
            .toList());
  }
}
