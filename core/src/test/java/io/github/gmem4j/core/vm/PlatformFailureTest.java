package io.github.gmem4j.core.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doNothing;
import static org.mockito.Mockito.doThrow;

import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.Platforms;
import io.github.gmem4j.core.TestPolicy;
import io.github.gmem4j.core.World;
import io.github.gmem4j.core.kernel.KernelGeneration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A platform that throws breaks its contract; it must not take the engine with it. */
class PlatformFailureTest {
  private final Platform platform = Platforms.agreeable();
  private final World world =
      World.of(Engine.inMemory(), TestPolicy.confidential().with(platform), GuestMemory.MMAP);

  @Test
  void failingZapLeavesTheStateAndLaterAccessesWork() {
    world.guestStore(1, 7);
    doThrow(new IllegalStateException("zap")).when(platform).zapPrivate(any());

    assertThrows(IllegalStateException.class, () -> world.toShared(0, 4));

    doNothing().when(platform).zapPrivate(any());
    assertEquals("P".repeat(World.PAGES), world.states());
    assertEquals(7, world.guestLoad(1));
    world.toShared(0, 4);
    assertEquals(7, world.hostLoad(1));
  }

  @Test
  void failingMakeSharedLeavesTheStateAndLaterAccessesWork() {
    world.guestStore(1, 7);
    doThrow(new IllegalStateException("release")).when(platform).makeShared(any());

    assertThrows(IllegalStateException.class, () -> world.toShared(0, 4));

    doNothing().when(platform).makeShared(any());
    assertEquals("P".repeat(World.PAGES), world.states());
    assertEquals(7, world.guestLoad(1));
    world.toShared(0, 4);
    assertEquals(7, world.hostLoad(1));
  }

  @Test
  void failingZapInAPunchedHoleLeavesThePagesAndLaterAccessesWork() {
    world.guestStore(1, 7);
    doThrow(new IllegalStateException("zap")).when(platform).zapPrivate(any());

    assertThrows(IllegalStateException.class, () -> world.memory().punchHole(World.pages(0, 4)));

    doNothing().when(platform).zapPrivate(any());
    assertEquals(7, world.guestLoad(1));
  }

  @Test
  void failingZapOfADeletedSlotDoesNotBlockTheNextChange() {
    world.guestStore(1, 7);
    doThrow(new IllegalStateException("zap")).when(platform).zapPrivate(any());

    assertThrows(
        IllegalStateException.class, () -> world.vm().setMemory(SlotRequest.delete(World.SLOT)));

    doNothing().when(platform).zapPrivate(any());
    world.toShared(1, 1);
    assertEquals(7, world.hostLoad(1));
  }

  @Test
  void generationCSurvivesAFailingZap() {
    World vmScoped =
        World.of(
            Engine.builder().generation(KernelGeneration.VM_ATTRIBUTES).build(),
            TestPolicy.confidential().with(platform),
            GuestMemory.MMAP);
    vmScoped.vm().setMemoryAttributes(World.gpas(0, 1), 8, 0);
    doThrow(new IllegalStateException("zap")).when(platform).zapPrivate(any());

    assertThrows(
        IllegalStateException.class,
        () -> vmScoped.vm().setMemoryAttributes(World.gpas(0, 1), 0, 0));

    doNothing().when(platform).zapPrivate(any());
    assertEquals(
        Optional.empty(), vmScoped.vm().setMemoryAttributes(World.gpas(0, 1), 0, 0).errno());
    vmScoped.resultOf(new GuestAction.Touch(World.gpa(0), Shareability.SHARED));
  }
}
