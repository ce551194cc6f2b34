package io.github.gmem4j.core.memory;

import static io.github.gmem4j.core.World.at;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.memory.Blocker;
import io.github.gmem4j.api.memory.ConversionOutcome.Blocked;
import io.github.gmem4j.api.memory.ConversionOutcome.Converted;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.seam.FaultInjector;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.World;
import io.github.gmem4j.core.kernel.HostKernel;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Speculative look-ups inside the kernel, injected. */
class TransientReferenceTest {
  private final Set<Long> passing = new HashSet<>();
  private final FaultInjector passersBy =
      (site, page) -> site.equals(HostKernel.TRANSIENT_REFERENCE) && passing.remove(page);
  private final World world = World.inPlaceShared(Engine.builder().faults(passersBy));

  @Test
  void lookUpBlocksOnceAndIsGoneAtTheNextTry() {
    world.hostStore(3, 1);
    passing.add(3L);

    Blocked blocked = assertInstanceOf(Blocked.class, world.toPrivate(0, World.PAGES));

    assertEquals(at(3), blocked.errorOffset());
    assertTrue(blocked.retryWorthwhile());
    assertEquals(
        List.of(ReferenceKind.TRANSIENT), blocked.blockers().stream().map(Blocker::kind).toList());
    assertEquals(new Converted(Shareability.PRIVATE), world.toPrivate(0, World.PAGES));
  }

  @Test
  void pageThatDoesNotExistIsNotLookedAt() {
    passing.add(3L);

    assertEquals(new Converted(Shareability.PRIVATE), world.toPrivate(0, World.PAGES));
    assertEquals(Set.of(3L), passing);
  }

  @Test
  void pageThatIsOnlyAllocatedIsLookedAt() {
    world.memory().allocate(World.pages(3, 1)).orThrow();
    passing.add(3L);

    assertInstanceOf(Blocked.class, world.toPrivate(0, World.PAGES));
  }

  @Test
  void privatePagesOfTheRangeAreCheckedToo() {
    world.hostStore(2, 1);
    world.toPrivate(2, 1);
    passing.add(2L);

    Blocked blocked = assertInstanceOf(Blocked.class, world.toPrivate(0, World.PAGES));

    assertEquals(at(2), blocked.errorOffset());
    assertEquals("SSPSSSSSSSSSSSSS", world.states());
  }

  @Test
  void everyPassingLookUpOfTheRangeIsReported() {
    for (long page = 0; page < World.PAGES; page++) {
      world.hostStore(page, 1);
    }
    passing.addAll(List.of(1L, 5L, 6L));

    Blocked blocked = assertInstanceOf(Blocked.class, world.toPrivate(2, 10));

    assertEquals(
        List.of(5L, 6L),
        blocked.blockers().stream().map(blocker -> blocker.page().value()).toList());
  }
}
