package io.github.gmem4j.core.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.core.World;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What survives what: contents survive conversion, the state survives nearly everything. */
class ContentsAndLifetimeTest {
  private final World world = World.inPlace();

  @Test
  void bytesTheGuestWrotePrivatelyAreThereForTheHostAfterConversionToShared() {
    world.guestStore(3, 77);

    world.toShared(3, 1);

    assertEquals(77, world.hostLoad(3));
  }

  @Test
  void bytesTheHostWroteAreThereForTheGuestAfterConversionToPrivate() {
    world.toShared(0, World.PAGES);
    for (long page = 0; page < World.PAGES; page++) {
      world.hostStore(page, (int) (100 - page));
    }

    world.toPrivate(0, World.PAGES);

    for (long page = 0; page < World.PAGES; page++) {
      assertEquals(100 - page, world.guestLoad(page));
    }
  }

  @Test
  void bytesSurviveAHundredRoundTrips() {
    world.guestStore(0, -1);
    for (int trip = 0; trip < 100; trip++) {
      world.toShared(0, 2);
      world.toPrivate(0, 2);
    }
    assertEquals(-1, world.guestLoad(0));
    assertEquals(0, world.guestLoad(1));
  }

  @Test
  void wholePageIsInPlaceNotCopied() {
    byte[] image = new byte[4096];
    for (int i = 0; i < image.length; i++) {
      image[i] = (byte) (i * 31);
    }
    world.toShared(2, 1);
    world.host().store(World.at(2), image);

    world.toPrivate(2, 1);
    world.guestStore(2, 5);
    world.toShared(2, 1);

    byte[] back = new byte[4096];
    world.host().load(World.at(2), back);
    image[0] = 5;
    assertEquals(Arrays.toString(image), Arrays.toString(back));
  }

  @Test
  void stateSurvivesAPunchedHoleAndTheContentsDoNot() {
    world.guestStore(0, 1);
    world.guestStore(1, 2);
    world.toShared(1, 1);

    world.memory().punchHole(World.pages(0, 2)).orThrow();

    assertEquals("PSPPPPPPPPPPPPPP", world.states());
    assertFalse(world.memory().isPopulated(new PageIndex(0)));
    assertEquals(0, world.guestLoad(0));
    assertEquals(0, world.hostLoad(1));
  }

  @Test
  void stateAndContentsSurviveUnbindingAndAnotherPlaceInTheGuest() {
    world.guestStore(0, 7);
    world.toShared(1, 1);
    world.hostStore(1, 8);
    world.vm().setMemory(SlotRequest.delete(World.SLOT)).orThrow();
    assertEquals("PSPPPPPPPPPPPPPP", world.states());

    world.toShared(2, 1);
    world
        .vm()
        .setMemory(
            SlotRequest.bind(9, World.gpa(0), World.bytes(4), world.memory(), ByteOffset.ZERO))
        .orThrow();

    assertEquals("PSSPPPPPPPPPPPPP", world.states());
    assertEquals(7, world.guestLoad(0));
    assertEquals(8, world.guestLoad(1));
  }

  @Test
  void unboundMemoryConverts() {
    world.vm().setMemory(SlotRequest.delete(World.SLOT)).orThrow();

    assertTrue(world.toShared(0, World.PAGES).succeeded());
    world.hostStore(0, 1);
    assertTrue(world.toPrivate(0, World.PAGES).succeeded());
    assertFalse(world.hostReaches(0));
  }

  @Test
  void stateAndContentsSurviveTheVm() {
    world.guestStore(4, 4);
    world.toShared(5, 1);

    world.vm().close();

    assertEquals("PPPPPSPPPPPPPPPP", world.states());
    assertTrue(world.toShared(4, 1).succeeded());
    assertEquals(4, world.hostLoad(4));
    assertTrue(world.memory().punchHole(World.pages(4, 1)).succeeded());
    assertTrue(world.memory().allocate(World.pages(4, 1)).succeeded());
    assertEquals(0, world.hostLoad(4));
    assertTrue(world.toPrivate(4, 1).succeeded());
    world.vm().close();
  }

  @Test
  void resetConvertsTheWholeMemoryWithoutAnySlot() {
    world.toShared(3, 5);
    world.hostStore(3, 1);
    world.vm().setMemory(SlotRequest.delete(World.SLOT)).orThrow();

    assertTrue(world.toPrivate(0, World.PAGES).succeeded());

    assertEquals("P".repeat(World.PAGES), world.states());
  }

  @Test
  void freshMemoryReadsAsZeroForBoth() {
    world.toShared(8, 8);
    for (long page = 0; page < World.PAGES; page++) {
      assertEquals(0, page < 8 ? world.guestLoad(page) : world.hostLoad(page));
      assertTrue(world.memory().isPopulated(new PageIndex(page)), "a load populates");
    }
  }

  @Test
  void zeroingHappensOnceAndNotAtConversion() {
    world.memory().allocate(World.pages(0, 1)).orThrow();
    assertFalse(world.memory().isPopulated(new PageIndex(0)));
    world.guestStore(0, 3);
    world.toShared(0, 1);
    world.memory().allocate(World.pages(0, 1)).orThrow();

    assertEquals(3, world.hostLoad(0));
  }

  @Test
  void guestSeesTheSameBytesUnderEitherKindOfMapping() {
    world.guestStore(0, 1);
    world.toShared(0, 1);
    assertEquals(1, world.guestLoad(0));
    world.guestStore(0, 2);
    assertEquals(2, world.hostLoad(0));
    world.hostStore(0, 3);
    assertEquals(3, world.guestLoad(0));
    assertEquals(new Gpa(World.BASE), World.gpa(0));
  }
}
