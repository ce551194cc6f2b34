package io.github.gmem4j.core.memory;

import static io.github.gmem4j.core.World.errnoOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.core.World;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** References on pages, taken through a host mapping. */
class PinTest {
  private final World world = World.inPlaceShared();

  @Test
  void pinningPopulatesThePage() {
    try (Pin pin = world.pin(4, ReferenceKind.LONG_TERM, "ring")) {
      assertTrue(world.memory().isPopulated(new PageIndex(4)));
      assertTrue(world.hostMaps(4));
      assertEquals(new PageIndex(4), pin.page());
      assertEquals("ring", pin.holder());
    }
  }

  @Test
  void deviceAndHostSeeTheSamePage() {
    try (Pin pin = world.pin(4, ReferenceKind.LONG_TERM, "ring")) {
      pin.store(0, (byte) 5);
      assertEquals(5, world.hostLoad(4));
      world.hostStore(4, 6);
      assertEquals(6, pin.load(0));
    }
  }

  @Test
  void privatePageCannotBePinned() {
    world.toPrivate(4, 1);

    assertEquals(Errno.EFAULT, pinErrno(4));
  }

  @Test
  void pagePastTheEndCannotBePinned() {
    assertEquals(Errno.EFAULT, pinErrno(World.PAGES));
    assertEquals(Errno.EFAULT, pinErrno(PageIndex.LIMIT - 1));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4095})
  void everyByteOfThePageIsReached(int inPage) {
    try (Pin pin = world.pin(4, ReferenceKind.LONG_TERM, "ring")) {
      assertEquals(0, pin.load(inPage));
      pin.store(inPage, (byte) 5);
      assertEquals(5, pin.load(inPage));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 4096, Integer.MIN_VALUE, Integer.MAX_VALUE})
  void noByteOutsideThePageIsReachedWhetherThePageWasWrittenOrNot(int inPage) {
    try (Pin pin = world.pin(4, ReferenceKind.LONG_TERM, "ring")) {
      assertThrows(IndexOutOfBoundsException.class, () -> pin.read(inPage));
      assertThrows(IndexOutOfBoundsException.class, () -> pin.load(inPage));
      assertThrows(IndexOutOfBoundsException.class, () -> pin.write(inPage, (byte) 1));
      pin.store(0, (byte) 5);
      assertThrows(IndexOutOfBoundsException.class, () -> pin.read(inPage));
      assertThrows(IndexOutOfBoundsException.class, () -> pin.store(inPage, (byte) 1));
      assertEquals(5, pin.load(0));
    }
  }

  @Test
  void releasedPinCannotBeUsed() {
    Pin pin = world.pin(4, ReferenceKind.SHORT_TERM, "pipe");
    pin.close();

    assertThrows(IllegalStateException.class, () -> pin.load(0));
    assertThrows(IllegalStateException.class, () -> pin.store(0, (byte) 1));
  }

  @Test
  void pinOutlivesTheMappingAndTheMemory() {
    world.hostStore(4, 3);
    Pin pin = world.pin(4, ReferenceKind.LONG_TERM, "ring");

    world.host().close();
    world.memory().close();

    assertEquals(3, pin.load(0));
    pin.close();
  }

  private Errno pinErrno(long page) {
    return errnoOf(world.host().pin(new PageIndex(page), ReferenceKind.LONG_TERM, "ring"));
  }
}
