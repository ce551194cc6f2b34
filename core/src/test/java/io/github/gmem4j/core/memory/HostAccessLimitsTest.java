package io.github.gmem4j.core.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Signal;
import io.github.gmem4j.core.World;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The first and last bytes that a host process reaches, and the ones past them. */
class HostAccessLimitsTest {
  private static final long MEMORY = (long) World.PAGES * 4096;
  private static final HostAccess PAST_THE_MAPPING =
      new HostAccess.Fault(Signal.SIGSEGV, "page 18 is not mapped");
  private static final HostAccess PAST_THE_MEMORY =
      new HostAccess.Fault(Signal.SIGBUS, "page 16 lies past the memory's end");

  private final World world = World.inPlaceShared();

  /** Two pages longer than the memory. */
  private final HostMapping mapping = world.memory().map(new ByteCount(MEMORY + 4097)).orThrow();

  @Test
  void lengthIsRoundedUpToWholePages() {
    assertEquals(new ByteCount(MEMORY + 8192), mapping.length());
    assertEquals(new ByteCount(4096), world.memory().map(new ByteCount(1)).orThrow().length());
  }

  @Test
  @DisplayName("mm/mmap.c, __get_unmapped_area: no more than TASK_SIZE, else ENOMEM")
  void aProcessHasSoManyAddressesAndNoMore() {
    ByteCount most = new ByteCount((1L << 47) - 4096);

    assertEquals(most, world.memory().map(most).orThrow().length());
    assertEquals(most, world.memory().map(new ByteCount(most.value() - 4095)).orThrow().length());
    for (long more : new long[] {most.value() + 1, 1L << 47, Long.MIN_VALUE, -4096}) {
      assertEquals(Errno.ENOMEM, World.errnoOf(world.memory().map(new ByteCount(more))));
    }
  }

  @Test
  void lastBytesOfTheMemoryAreReachedAndTheNextIsSigbus() {
    ByteOffset last = new ByteOffset(MEMORY - 2);

    assertEquals(HostAccess.DONE, mapping.store(last, new byte[] {1, 2}));
    byte[] back = new byte[2];
    assertEquals(HostAccess.DONE, mapping.load(last, back));
    assertArrayEquals(new byte[] {1, 2}, back);
    assertEquals(PAST_THE_MEMORY, mapping.load(new ByteOffset(MEMORY), new byte[1]));
    assertEquals(PAST_THE_MEMORY, mapping.store(new ByteOffset(MEMORY), new byte[1]));
  }

  @Test
  void whatLiesBeforeTheEndIsTransferred() {
    byte[] back = {9, 9, 9};

    assertEquals(PAST_THE_MEMORY, mapping.store(new ByteOffset(MEMORY - 2), new byte[] {1, 2, 3}));
    assertEquals(PAST_THE_MEMORY, mapping.load(new ByteOffset(MEMORY - 2), back));
    assertArrayEquals(new byte[] {1, 2, 9}, back);
  }

  @Test
  void lastByteOfTheMappingIsSigbusAndTheNextIsSigsegv() {
    assertEquals(
        new HostAccess.Fault(Signal.SIGBUS, "page 17 lies past the memory's end"),
        mapping.load(new ByteOffset(MEMORY + 8191), new byte[1]));
    assertEquals(PAST_THE_MAPPING, mapping.load(new ByteOffset(MEMORY + 8192), new byte[1]));
    assertEquals(PAST_THE_MAPPING, mapping.store(new ByteOffset(MEMORY + 8192), new byte[1]));
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, -2, -4096, Long.MIN_VALUE, Long.MAX_VALUE})
  void accessThatWouldPassTheEndOfAllOffsetsDoesNotComeBackAtTheStart(long at) {
    world.hostStore(0, 7);

    for (int length : new int[] {1, 2, 8192}) {
      ByteOffset offset = new ByteOffset(at);
      HostAccess fault =
          new HostAccess.Fault(Signal.SIGSEGV, "page " + offset.page().value() + " is not mapped");
      assertEquals(fault, mapping.store(offset, new byte[length]));
      assertEquals(fault, mapping.load(offset, new byte[length]));
    }
    assertEquals(7, world.hostLoad(0));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, MEMORY, MEMORY + 8192, -1})
  void noBytesAreMovedFromAnywhere(long at) {
    assertEquals(HostAccess.DONE, mapping.load(new ByteOffset(at), new byte[0]));
    assertEquals(HostAccess.DONE, mapping.store(new ByteOffset(at), new byte[0]));
    assertEquals(0, mapping.faults());
  }

  @Test
  void pinsEndWithTheMemory() {
    PageIndex last = new PageIndex(World.PAGES - 1);

    assertTrue(mapping.pin(last, ReferenceKind.SHORT_TERM, "pipe").succeeded());
    for (long past : new long[] {World.PAGES, World.PAGES + 2, PageIndex.LIMIT - 1}) {
      assertEquals(
          Errno.EFAULT,
          World.errnoOf(mapping.pin(new PageIndex(past), ReferenceKind.SHORT_TERM, "pipe")));
      assertFalse(mapping.isMapped(new PageIndex(past)));
      assertFalse(world.memory().isPopulated(new PageIndex(past)));
    }
  }

  @Test
  void droppingReachesAsFarAsPagesGo() {
    world.hostStore(World.PAGES - 1, 1);
    world.hostStore(World.PAGES - 2, 1);

    world.host().drop(PageRange.of(PageIndex.LIMIT - 1, 1));
    world.host().drop(PageRange.of(World.PAGES, 1));
    assertTrue(world.hostMaps(World.PAGES - 1));

    world.host().drop(PageRange.of(World.PAGES - 1, PageIndex.LIMIT - World.PAGES + 1));
    assertFalse(world.hostMaps(World.PAGES - 1));
    assertTrue(world.hostMaps(World.PAGES - 2));
  }
}
