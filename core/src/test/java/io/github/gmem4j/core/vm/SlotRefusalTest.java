package io.github.gmem4j.core.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.clearInvocations;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.policy.SlotChange;
import io.github.gmem4j.api.policy.SlotRefusal;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.HostVirtualAddress;
import io.github.gmem4j.api.vm.MemorySlot;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.Platforms;
import io.github.gmem4j.core.TestPolicy;
import io.github.gmem4j.core.World;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The platform has the last word about slots, as {@code kvm_arch_prepare_memory_region} has. */
class SlotRefusalTest {
  private static final SlotRefusal NO = new SlotRefusal(Errno.EPERM, "not this one");
  private static final Gpa HERE = new Gpa(0x10_0000);
  private static final Gpa THERE = new Gpa(0x20_0000);
  private static final int ORDINARY = 5;

  private final Platform platform = Platforms.agreeable();
  private final World world =
      World.of(Engine.inMemory(), TestPolicy.confidential().with(platform), GuestMemory.MMAP);

  private KernelResult<MemorySlot> ordinary(Gpa at, long flags) {
    return world
        .vm()
        .setMemory(
            new SlotRequest(
                ORDINARY,
                flags,
                at,
                World.bytes(2),
                HostVirtualAddress.NULL,
                Optional.empty(),
                ByteOffset.ZERO));
  }

  private void refuses(SlotChange change) {
    when(platform.refusalOfSlot(eq(change), anyLong())).thenReturn(Optional.of(NO));
  }

  @Test
  void eachChangeIsAskedOnceWithItsFlags() {
    clearInvocations(platform);

    ordinary(HERE, 0).orThrow();
    ordinary(HERE, 0).orThrow();
    ordinary(HERE, SlotRequest.LOG_DIRTY_PAGES).orThrow();
    ordinary(THERE, SlotRequest.LOG_DIRTY_PAGES).orThrow();
    world.vm().setMemory(SlotRequest.delete(ORDINARY)).orThrow();

    verify(platform).refusalOfSlot(SlotChange.CREATE, 0);
    verify(platform).refusalOfSlot(SlotChange.FLAGS_ONLY, SlotRequest.LOG_DIRTY_PAGES);
    verify(platform).refusalOfSlot(SlotChange.MOVE, SlotRequest.LOG_DIRTY_PAGES);
    verify(platform).refusalOfSlot(SlotChange.DELETE, SlotRequest.LOG_DIRTY_PAGES);
  }

  @Test
  void aRefusedDeletionTakesNothingAway() {
    world.guestStore(1, 9);
    refuses(SlotChange.DELETE);
    clearInvocations(platform);

    assertEquals(Errno.EPERM, World.errnoOf(world.vm().setMemory(SlotRequest.delete(World.SLOT))));

    verify(platform, never()).zapPrivate(any());
    assertEquals(1, world.vm().slots().size());
    assertEquals(9, world.guestLoad(1));
  }

  @Test
  void aRefusedMoveLeavesTheSlotWhereItIs() {
    ordinary(HERE, 0).orThrow();
    refuses(SlotChange.MOVE);

    assertEquals(Errno.EPERM, World.errnoOf(ordinary(THERE, 0)));

    assertEquals(
        List.of(HERE.gfn()),
        world.vm().slots().stream()
            .filter(slot -> slot.slot() == ORDINARY)
            .map(slot -> slot.frames().first())
            .toList());
  }

  @Test
  void aRefusedSlotLeavesItsPagesUnbound() {
    world.vm().setMemory(SlotRequest.delete(World.SLOT)).orThrow();
    refuses(SlotChange.CREATE);
    SlotRequest bind = SlotRequest.bind(World.SLOT, HERE, world.memory());

    assertEquals(Errno.EPERM, World.errnoOf(world.vm().setMemory(bind)));
    assertEquals(List.of(), world.vm().slots());

    when(platform.refusalOfSlot(any(), anyLong())).thenReturn(Optional.empty());
    assertTrue(world.vm().setMemory(bind).succeeded());
  }

  @Test
  void aVmThatEndsAsksNobody() {
    refuses(SlotChange.DELETE);
    clearInvocations(platform);

    world.vm().close();

    verify(platform, never()).refusalOfSlot(any(), anyLong());
    assertEquals(List.of(), world.vm().slots());
  }
}
