package io.github.gmem4j.core.memory;

import static io.github.gmem4j.core.World.errnoOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.PinAccess;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.policy.HostReach;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.Gate;
import io.github.gmem4j.core.LockQueue;
import io.github.gmem4j.core.Platforms;
import io.github.gmem4j.core.TestPolicy;
import io.github.gmem4j.core.World;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** References on pages, taken through a host mapping. */
class PinTest {
  private static final long SHARED = GuestMemory.MMAP | GuestMemory.INIT_SHARED;

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
  @Timeout(120)
  void accessThatWaitsForTheMemoryFindsThePinReleasedMeanwhile() {
    LockQueue queue = new LockQueue();
    World held = World.inPlaceShared(Engine.builder().faults(queue));
    Pin pin = held.pin(4, ReferenceKind.LONG_TERM, "ring");

    queue.hold(held.memory(), 5);
    CompletableFuture<Boolean> read = queue.enqueue(() -> isRefused(() -> pin.read(0)));
    CompletableFuture<Boolean> written =
        queue.enqueue(() -> isRefused(() -> pin.write(0, (byte) 9)));
    pin.close();
    queue.letGo();

    assertTrue(read.join());
    assertTrue(written.join());
    assertEquals(0, held.hostLoad(4));
  }

  private static boolean isRefused(Runnable access) {
    try {
      access.run();
      return false;
    } catch (IllegalStateException released) {
      return true;
    }
  }

  @Test
  @Timeout(120)
  void accessUnderWayEndsBeforeThePageChangesHandsThoughThePinWasReleased() {
    Gate gate = new Gate();
    Platform platform = Platforms.agreeable();
    LockQueue line = new LockQueue();
    World held = World.of(Engine.inMemory(), TestPolicy.confidential().with(platform), SHARED);
    Pin pin = held.pin(4, ReferenceKind.LONG_TERM, "ring");
    pin.store(0, (byte) 5);
    ((MemoryView) held.memory()).flipToPrivate(4, 5);
    when(platform.reachedByHost(any(), any()))
        .thenAnswer(asked -> {
          gate.pass();
          return HostReach.EXPOSED;
        });

    CompletableFuture<PinAccess> read = line.held(() -> pin.read(0));
    gate.awaitArrival();
    pin.close();
    CompletableFuture<ConversionOutcome> shared = line.enqueue(() -> held.toShared(4, 1));
    assertFalse(shared.isDone());
    gate.open();
    line.letGo();

    assertEquals(new PinAccess.Reached((byte) 5), read.join());
    assertTrue(shared.join().succeeded());
    assertThrows(IllegalStateException.class, () -> pin.read(0));
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
