package io.github.gmem4j.core.memory;

import static io.github.gmem4j.core.World.at;
import static io.github.gmem4j.core.World.errnoOf;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Signal;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.World;
import io.github.gmem4j.core.kernel.HostKernel;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a host process sees through its mmap. */
class HostMappingTest {
  private final World world = World.inPlaceShared();

  @Test
  void firstTouchFaultsAndLaterOnesDoNot() {
    assertFalse(world.hostMaps(3));
    world.hostStore(3, 1);
    assertTrue(world.hostMaps(3));
    world.hostStore(3, 2);
    world.hostLoad(3);

    assertEquals(1, world.host().faults());
  }

  @Test
  void conversionToPrivateEmptiesTheMappingsOfEveryProcess() {
    HostMapping child = world.host().duplicate();
    HostMapping other = world.memory().map(world.memory().size()).orThrow();
    world.hostStore(2, 1);
    World.load(child, 2);
    World.load(other, 2);

    world.toPrivate(2, 1);

    for (HostMapping mapping : new HostMapping[] {world.host(), child, other}) {
      assertFalse(mapping.isMapped(new PageIndex(2)));
      assertSignal(Signal.SIGBUS, mapping.load(at(2), new byte[1]));
      assertSignal(Signal.SIGBUS, mapping.store(at(2), new byte[1]));
    }
  }

  @Test
  void forkedChildBeginsWithAnEmptyPageTableAndTheSameBytes() {
    world.hostStore(2, 9);

    HostMapping child = world.host().duplicate();

    assertFalse(child.isMapped(new PageIndex(2)));
    assertEquals(9, World.load(child, 2));
    assertEquals(world.host().length(), child.length());
  }

  @Test
  void accessAcrossPagesTransfersThePagesBeforeTheOneThatFaults() {
    world.toPrivate(2, 1);
    byte[] three = new byte[3 * 4096];
    Arrays.fill(three, (byte) 6);

    assertSignal(Signal.SIGBUS, world.host().store(at(0), three));

    assertEquals(6, world.hostLoad(0));
    assertEquals(6, world.hostLoad(1));
    world.toShared(2, 1);
    assertEquals(0, world.hostLoad(2));
  }

  @Test
  void unalignedAccessCrossesAPageBoundary() {
    byte[] bytes = {1, 2, 3, 4};
    assertEquals(HostAccess.DONE, world.host().store(new ByteOffset(4094), bytes));

    byte[] back = new byte[4];
    world.host().load(new ByteOffset(4094), back);

    assertArrayEquals(bytes, back);
    assertEquals(2, world.host().faults());
    assertEquals(3, world.hostLoad(1));
  }

  @Test
  void pageOfTheMappingPastTheMemorysEndIsSigbusAndPastTheMappingIsSigsegv() {
    HostMapping longer = world.memory().map(World.bytes(World.PAGES + 2)).orThrow();

    assertSignal(Signal.SIGBUS, longer.load(at(World.PAGES), new byte[1]));
    assertSignal(Signal.SIGBUS, longer.load(at(World.PAGES + 1), new byte[1]));
    assertSignal(Signal.SIGSEGV, longer.load(at(World.PAGES + 2), new byte[1]));
    assertSignal(Signal.SIGSEGV, longer.load(new ByteOffset(-1), new byte[1]));
    assertFalse(longer.isMapped(new PageIndex(World.PAGES)));
    assertFalse(longer.isMapped(new PageIndex(1L << 40)));
  }

  @Test
  void lengthIsRoundedUpToWholePages() {
    assertEquals(World.bytes(1), world.memory().map(new ByteCount(1)).orThrow().length());
    assertEquals(World.bytes(2), world.memory().map(new ByteCount(4097)).orThrow().length());
  }

  @Test
  void noLengthIsEinval() {
    assertEquals(Errno.EINVAL, errnoOf(world.memory().map(ByteCount.ZERO)));
  }

  @Test
  void lengthThatWrapsWhenRoundedUpIsEnomem() {
    assertEquals(Errno.ENOMEM, errnoOf(world.memory().map(new ByteCount(-1))));
    assertEquals(Errno.ENOMEM, errnoOf(world.memory().map(new ByteCount(-4095))));
  }

  @Test
  void memoryCreatedWithoutMmapIsEnodev() {
    var unmappable = world.vm().createGuestMemory(World.bytes(1), 0).orThrow();

    assertEquals(Errno.ENODEV, errnoOf(unmappable.map(World.bytes(1))));
  }

  @Test
  void droppedPagesRefaultWithTheirContents() {
    world.hostStore(1, 4);
    world.hostStore(2, 5);

    world.host().drop(PageRange.of(1, 1));

    assertFalse(world.hostMaps(1));
    assertTrue(world.hostMaps(2));
    assertEquals(4, world.hostLoad(1));
    assertEquals(3, world.host().faults());
  }

  @Test
  void closedMappingIsSigsegvEverywhereAndCannotPin() {
    world.hostStore(1, 4);
    world.host().close();
    world.host().close();

    assertSignal(Signal.SIGSEGV, world.host().load(at(1), new byte[1]));
    assertSignal(Signal.SIGSEGV, world.host().store(at(1), new byte[1]));
    assertFalse(world.hostMaps(1));
    assertEquals(
        Errno.EFAULT,
        errnoOf(world.host().pin(new PageIndex(1), ReferenceKind.SHORT_TERM, "late")));
  }

  @Test
  void duplicateOfAClosedMappingHasNothingMapped() {
    world.host().close();

    HostMapping child = world.host().duplicate();

    assertSignal(Signal.SIGSEGV, child.load(at(1), new byte[1]));
  }

  @Test
  void hostMemoryThatRunsOutIsAFaultAndLeavesNoPage() {
    World poor =
        World.inPlaceShared(
            Engine.builder()
                .faults((site, page) -> site.equals(HostKernel.ALLOCATE_PAGE) && page == 2));

    assertInstanceOf(HostAccess.Fault.class, poor.hostStore(2, 1));
    assertFalse(poor.memory().isPopulated(new PageIndex(2)));
    assertEquals(HostAccess.DONE, poor.hostStore(3, 1));
  }

  private static void assertSignal(Signal signal, HostAccess access) {
    assertEquals(signal, assertInstanceOf(HostAccess.Fault.class, access).signal());
  }

  @Test
  @DisplayName("mm/memory-failure.c, hwpoison_user_mappings: every process loses the page")
  void aMemoryErrorTakesThePageFromTheHost() {
    HostMapping other = world.memory().map(world.memory().size()).orThrow();
    world.hostStore(3, 9);
    World.load(other, 3);
    Pin before = world.pin(3, ReferenceKind.LONG_TERM, "vfio");

    world.memory().poison(new PageIndex(3)).orThrow();

    assertFalse(world.hostMaps(3));
    assertFalse(other.isMapped(new PageIndex(3)));
    HostAccess.Fault fault = new HostAccess.Fault(Signal.SIGBUS, "page 3 is poisoned");
    assertEquals(fault, world.host().load(World.at(3), new byte[1]));
    assertEquals(fault, world.hostStore(3, 1));
    assertEquals(
        Errno.EFAULT,
        World.errnoOf(world.host().pin(new PageIndex(3), ReferenceKind.SHORT_TERM, "pipe")));
    assertFalse(world.hostMaps(3));
    assertEquals(9, before.load(0), "who had it keeps it");
    assertTrue(world.hostReaches(4));
  }

  @Test
  void aPunchedHoleEndsAMemoryError() {
    world.hostStore(3, 9);
    world.memory().poison(new PageIndex(3)).orThrow();

    world.memory().punchHole(World.pages(3, 1)).orThrow();

    assertEquals(0, world.hostLoad(3));
  }
}
