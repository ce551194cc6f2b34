package io.github.gmem4j.core.memory;

import static io.github.gmem4j.core.World.at;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.memory.Blocker;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.ConversionOutcome.Blocked;
import io.github.gmem4j.api.memory.ConversionOutcome.Converted;
import io.github.gmem4j.api.memory.ConversionPhase;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.World;
import io.github.gmem4j.core.kernel.HostKernel;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who holds a page keeps it shared (generation B). */
class ConversionReferencesTest {
  private static final Instant DAWN = Instant.parse("2026-01-01T06:00:00Z");

  private final AtomicReference<Instant> now = new AtomicReference<>(DAWN);
  private final World world = World.inPlaceShared(Engine.builder().clock(now::get));

  @ParameterizedTest
  @EnumSource(ReferenceKind.class)
  void everyKindOfReferenceBlocks(ReferenceKind kind) {
    try (Pin pin = world.pin(5, kind, "holder")) {
      Blocked blocked = assertInstanceOf(Blocked.class, world.toPrivate(0, World.PAGES));

      assertEquals(Optional.of(Errno.EAGAIN), blocked.errno());
      assertEquals(ConversionPhase.CHECK_REFERENCES, blocked.phase());
      assertEquals(kind, pin.kind());
    }
    assertEquals(new Converted(Shareability.PRIVATE), world.toPrivate(0, World.PAGES));
  }

  @Test
  void errorOffsetIsTheFirstHeldPageAsAnOffsetInTheMemory() {
    try (Pin later = world.pin(9, ReferenceKind.SHORT_TERM, "pipe");
        Pin first = world.pin(6, ReferenceKind.SHORT_TERM, "pipe")) {
      ConversionOutcome outcome = world.toPrivate(4, 8);

      assertEquals(Optional.of(at(6)), outcome.writtenErrorOffset());
      assertTrue(first.page().compareTo(later.page()) < 0);
    }
  }

  @Test
  void errorOffsetIsNeverBelowTheRange() {
    try (Pin before = world.pin(3, ReferenceKind.SHORT_TERM, "pipe");
        Pin inside = world.pin(4, ReferenceKind.SHORT_TERM, "pipe")) {
      assertEquals(Optional.of(at(4)), world.toPrivate(4, 1).writtenErrorOffset());
      assertEquals(before.holder(), inside.holder());
    }
  }

  @Test
  void allBlockersAreReportedWithHolderKindAndTimeInPageOrder() {
    Pin late = world.pin(7, ReferenceKind.LONG_TERM, "iommu");
    now.set(DAWN.plusSeconds(5));
    Pin early = world.pin(2, ReferenceKind.SHORT_TERM, "pipe");
    now.set(DAWN.plusSeconds(9));
    Pin again = world.pin(2, ReferenceKind.LONG_TERM, "ring");

    Blocked blocked = assertInstanceOf(Blocked.class, world.toPrivate(1, 10));

    assertEquals(
        List.of(
            new Blocker(new PageIndex(2), "pipe", ReferenceKind.SHORT_TERM, DAWN.plusSeconds(5)),
            new Blocker(new PageIndex(2), "ring", ReferenceKind.LONG_TERM, DAWN.plusSeconds(9)),
            new Blocker(new PageIndex(7), "iommu", ReferenceKind.LONG_TERM, DAWN)),
        blocked.blockers());
    assertFalse(blocked.retryWorthwhile());
    late.close();
    again.close();
    assertTrue(
        assertInstanceOf(Blocked.class, world.toPrivate(1, 10)).retryWorthwhile(),
        "only a short-term reference is left");
    early.close();
  }

  @Test
  void blockedConversionChangesNoStateOfTheRange() {
    try (Pin pin = world.pin(8, ReferenceKind.LONG_TERM, "iommu")) {
      world.toPrivate(0, World.PAGES);

      assertEquals("S".repeat(World.PAGES), world.states());
      assertEquals(0, pin.load(0));
    }
  }

  @Test
  void hostMappingsOfABlockedRangeAreGoneAndRefaultWithTheirContents() {
    for (long page = 0; page < World.PAGES; page++) {
      world.hostStore(page, (int) page + 1);
    }
    try (Pin pin = world.pin(8, ReferenceKind.LONG_TERM, "iommu")) {
      world.toPrivate(4, 8);

      for (long page = 0; page < World.PAGES; page++) {
        assertEquals(page < 4 || page >= 12, world.hostMaps(page), "page " + page);
        assertEquals(page + 1, world.hostLoad(page));
      }
      assertEquals(9, pin.load(0));
    }
  }

  @Test
  void mappingIsNoReference() {
    world.hostStore(1, 1);
    HostMapping child = world.host().duplicate();
    World.load(child, 1);

    assertEquals(new Converted(Shareability.PRIVATE), world.toPrivate(1, 1));
  }

  @Test
  void guestMappingIsNoReference() {
    world.guestStore(1, 1);

    assertEquals(new Converted(Shareability.PRIVATE), world.toPrivate(1, 1));
  }

  @Test
  void pinOutsideTheRangeDoesNotBlock() {
    try (Pin below = world.pin(3, ReferenceKind.LONG_TERM, "iommu");
        Pin above = world.pin(6, ReferenceKind.LONG_TERM, "iommu")) {
      assertEquals(new Converted(Shareability.PRIVATE), world.toPrivate(4, 2));
      assertEquals(below.kind(), above.kind());
    }
  }

  @Test
  void pinOfAPunchedOutPageNoLongerBlocksAndKeepsTheOldBytes() {
    world.hostStore(4, 42);
    try (Pin pin = world.pin(4, ReferenceKind.LONG_TERM, "iommu")) {
      world.memory().punchHole(World.pages(4, 1)).orThrow();

      assertEquals(new Converted(Shareability.PRIVATE), world.toPrivate(4, 1));
      assertEquals(42, pin.load(0));
      assertEquals(0, world.guestLoad(4));
      pin.store(0, (byte) 13);
      assertEquals(0, world.guestLoad(4));
    }
  }

  @Test
  void conversionToSharedLooksAtNoReference() {
    World passersBy =
        World.inPlaceShared(
            Engine.builder()
                .faults((site, subject) -> site.equals(HostKernel.TRANSIENT_REFERENCE)));
    passersBy.memory().punchHole(World.pages(0, World.PAGES)).orThrow();
    passersBy.toPrivate(0, World.PAGES);
    passersBy.guestStore(0, 1);

    assertEquals(new Converted(Shareability.SHARED), passersBy.toShared(0, World.PAGES));
  }

  @Test
  void releasingAPinTwiceReleasesItOnce() {
    Pin first = world.pin(0, ReferenceKind.SHORT_TERM, "a");
    Pin second = world.pin(0, ReferenceKind.SHORT_TERM, "b");
    first.close();
    first.close();

    Blocked blocked = assertInstanceOf(Blocked.class, world.toPrivate(0, 1));
    assertEquals(1, blocked.blockers().size());
    second.close();
  }
}
