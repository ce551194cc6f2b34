package io.github.gmem4j.core.memory;

import static io.github.gmem4j.core.World.errnoOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.Hex;
import io.github.gmem4j.core.World;
import io.github.gmem4j.core.kernel.HostKernel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** fallocate(2) and ftruncate(2) on a guest memory. */
class FallocateTest {
  private static final int ALLOCATE = 1;
  private static final int PUNCH = 3;

  private final World world = World.inPlaceShared();

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 4, 5, 7, 8, 9, 16, 17, 32, 33, 64, 65, 128, 129, 256, -1, -2})
  void everyOtherModeIsEopnotsupp(int mode) {
    assertEquals(Errno.EOPNOTSUPP, fallocate(mode, World.pages(0, 1)));
  }

  @ParameterizedTest(name = "mode {0}, offset {1}, size {2}: {3}")
  @CsvSource({
    // The file layer looks at the numbers first, ...
    "1, 0, 0, EINVAL",
    "3, 0x1000, 0, EINVAL",
    "0, 0, 0, EINVAL",
    "1, 0xfffffffffffff000, 0x1000, EINVAL",
    "1, 0, 0xfffffffffffff000, EINVAL",
    "3, 0x8000000000000000, 0x1000, EINVAL",
    // ... then at the mode, then at the sum, ...
    "2, 0x7ffffffffffff000, 0x1000, EOPNOTSUPP",
    "1, 0x7ffffffffffff000, 0x1000, EFBIG",
    "3, 0x1000, 0x7ffffffffffff000, EFBIG",
    "16, 0x7ffffffffffff000, 0x1000, EFBIG",
    // ... and guest_memfd at the mode before the alignment.
    "0, 1, 1, EOPNOTSUPP",
    "16, 1, 1, EOPNOTSUPP",
    "1, 1, 0x1000, EINVAL",
    "1, 0x1000, 1, EINVAL",
    "3, 0xfff, 0x1000, EINVAL",
    "3, 0, 0xfff, EINVAL",
    "1, 0x10000, 0x1000, EINVAL",
    "1, 0xf000, 0x2000, EINVAL",
  })
  void checksComeInTheKernelsOrder(int mode, String offset, String size, Errno errno) {
    assertEquals(errno, fallocate(mode, ByteRange.of(Hex.of(offset), Hex.of(size))));
  }

  @ParameterizedTest
  @CsvSource({"16, 1", "15, 3", "100, 5", "0x7fffffffffffd, 2"})
  void punchingPastTheEndSucceedsWithoutEffectThere(String first, long count) {
    world.hostStore(14, 1);

    assertTrue(
        world
            .memory()
            .fallocate(PUNCH, ByteRange.of(Hex.of(first) << 12, count << 12))
            .succeeded());

    assertEquals(1, world.hostLoad(14));
  }

  @Test
  void allocatedPageIsNotPopulatedUntilItIsTouched() {
    world.memory().allocate(World.pages(2, 2)).orThrow();

    assertFalse(populated(2));
    assertEquals(0, world.hostLoad(2));
    assertTrue(populated(2));
    assertFalse(populated(3));
  }

  @Test
  void allocatingKeepsWhatIsThere() {
    world.hostStore(2, 5);

    world.memory().allocate(World.pages(0, World.PAGES)).orThrow();

    assertEquals(5, world.hostLoad(2));
  }

  @Test
  void punchingStopsExactlyAtBothEnds() {
    for (long page = 0; page < World.PAGES; page++) {
      world.hostStore(page, 1);
    }

    world.memory().punchHole(World.pages(4, 3)).orThrow();

    for (long page = 0; page < World.PAGES; page++) {
      boolean inside = page >= 4 && page < 7;
      assertEquals(!inside, populated(page), "page " + page);
      assertEquals(!inside, world.hostMaps(page), "page " + page);
      assertEquals(inside ? 0 : 1, world.hostLoad(page), "page " + page);
    }
  }

  @Test
  void punchingWorksOnPrivatePagesAndIsSeenByTheGuest() {
    world.toPrivate(1, 1);
    world.guestStore(1, 9);

    world.memory().punchHole(World.pages(1, 1)).orThrow();

    assertFalse(populated(1));
    assertEquals(0, world.guestLoad(1));
  }

  @Test
  void allocationThatRunsOutOfMemoryKeepsTheEarlierPages() {
    World poor =
        World.inPlaceShared(
            Engine.builder()
                .faults((site, page) -> site.equals(HostKernel.ALLOCATE_PAGE) && page == 5));

    assertEquals(Errno.ENOMEM, errnoOf(poor.memory().allocate(World.pages(4, 3))));
    assertEquals(Errno.ENOMEM, errnoOf(poor.memory().allocate(World.pages(5, 1))));
    assertTrue(poor.memory().allocate(World.pages(4, 1)).succeeded());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 0x10000, 0x20000, -1})
  void sizeNeverChanges(long size) {
    assertEquals(Errno.EINVAL, errnoOf(world.memory().truncate(new ByteCount(size))));
    assertEquals(World.bytes(World.PAGES), world.memory().size());
  }

  @Test
  void allocateIsModeOneAndPunchIsModeThree() {
    assertTrue(world.memory().fallocate(ALLOCATE, World.pages(0, 1)).succeeded());
    assertTrue(world.memory().fallocate(PUNCH, World.pages(0, 1)).succeeded());
  }

  private boolean populated(long page) {
    return world.memory().isPopulated(new PageIndex(page));
  }

  private Errno fallocate(int mode, ByteRange range) {
    return errnoOf(world.memory().fallocate(mode, range));
  }
}
