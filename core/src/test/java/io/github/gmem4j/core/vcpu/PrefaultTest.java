package io.github.gmem4j.core.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.policy.Granting;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.Prefault;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.Hex;
import io.github.gmem4j.core.Platforms;
import io.github.gmem4j.core.TestPolicy;
import io.github.gmem4j.core.World;
import io.github.gmem4j.core.kernel.KernelGeneration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** KVM_PRE_FAULT_MEMORY. */
class PrefaultTest {
  private final Platform platform = Platforms.agreeable();
  private final World world =
      World.of(Engine.inMemory(), TestPolicy.confidential().with(platform), GuestMemory.MMAP);

  PrefaultTest() {
    when(platform.allowsPrefault()).thenReturn(true);
  }

  @ParameterizedTest(name = "gpa {0}, size {1}, flags {2}")
  @CsvSource({
    "0x100000000, 0x1000, 1",
    "0x100000001, 0x1000, 0",
    "0x100000000, 0x1001, 0",
    "0x100000000, 0, 0",
    "0xfffffffffffff000, 0x1000, 0"
  })
  void flagsUnalignedEmptyAndWrappingAreEinvalAndNothingAdvances(
      String gpa, String size, long flags) {
    GpaRange range = GpaRange.of(Hex.of(gpa), Hex.of(size));

    assertEquals(
        new Prefault(Optional.of(Errno.EINVAL), range.start(), range.size()),
        world.vcpu().prefault(range, flags));
  }

  @Test
  void pagesOfBothStatesAreMappedWithTheKindTheyHave() {
    world.toShared(1, 1);

    Prefault done = world.vcpu().prefault(World.gpas(0, 3), 0);

    assertEquals(new Prefault(Optional.empty(), World.gpa(3), ByteCount.ZERO), done);
    for (long page = 0; page < 4; page++) {
      assertEquals(page < 3, world.memory().isPopulated(new PageIndex(page)));
    }
    verify(platform, times(2)).makePrivate(any(), any());
    verify(platform, never()).access(any());
  }

  @Test
  void prefaultedPageFaultsNoMore() {
    world.vcpu().prefault(World.gpas(0, 1), 0);
    world.guestLoad(0);

    verify(platform, times(1)).makePrivate(any(), any());
  }

  @Test
  void firstPageWithoutASlotIsEnoent() {
    assertEquals(
        new Prefault(Optional.of(Errno.ENOENT), World.gpa(World.PAGES), World.bytes(2)),
        world.vcpu().prefault(World.gpas(World.PAGES, 2), 0));
  }

  @Test
  void onePageIsEnoughToSucceedAndTheRestIsReported() {
    assertEquals(
        new Prefault(Optional.empty(), World.gpa(World.PAGES), World.bytes(3)),
        world.vcpu().prefault(World.gpas(World.PAGES - 2, 5), 0));
  }

  @Test
  void privateFrameWithoutASlotIsEfaultWhereTheVmKeepsTheState() {
    World vmScoped =
        World.of(
            Engine.builder().generation(KernelGeneration.VM_ATTRIBUTES).build(),
            TestPolicy.confidential(),
            GuestMemory.MMAP);
    vmScoped.vm().setMemoryAttributes(World.gpas(World.PAGES, 1), 8, 0);

    assertEquals(
        Optional.of(Errno.EFAULT), vmScoped.vcpu().prefault(World.gpas(World.PAGES, 1), 0).errno());
  }

  @Test
  void closedMemoryIsEfault() {
    world.host().close();
    world.memory().close();

    assertEquals(Optional.of(Errno.EFAULT), world.vcpu().prefault(World.gpas(0, 1), 0).errno());
  }

  @Test
  void poisonedPageIsEhwpoison() {
    world.guestStore(0, 1);
    world.memory().poison(new PageIndex(0)).orThrow();

    assertEquals(Optional.of(Errno.EHWPOISON), world.vcpu().prefault(World.gpas(0, 1), 0).errno());
  }

  @Test
  void deniedPageIsEfault() {
    when(platform.makePrivate(any(), any())).thenReturn(new Granting.Denied("no"));

    assertEquals(Optional.of(Errno.EFAULT), world.vcpu().prefault(World.gpas(0, 1), 0).errno());
  }

  @Test
  void platformWhoseLaunchIsNotFinalizedIsEopnotsupp() {
    when(platform.allowsPrefault()).thenReturn(false);

    assertEquals(Optional.of(Errno.EOPNOTSUPP), world.vcpu().prefault(World.gpas(0, 1), 0).errno());
    assertFalse(world.memory().isPopulated(new PageIndex(0)));
  }

  @Test
  void kickDuringABusyPlatformIsEintrAndStaysPending() {
    when(platform.makePrivate(any(), any())).thenReturn(Granting.BUSY);
    world.vcpu().kick();

    assertEquals(Optional.of(Errno.EINTR), world.vcpu().prefault(World.gpas(0, 1), 0).errno());
    assertEquals(new Exit.Interrupted(), world.vcpu().run());
  }

  @Test
  void prefaultChangesNoState() {
    world.toShared(1, 1);
    world.vcpu().prefault(World.gpas(0, World.PAGES), 0);

    assertEquals("PSPPPPPPPPPPPPPP", world.states());
    world.vm().setMemory(SlotRequest.delete(World.SLOT)).orThrow();
    assertTrue(world.memory().isPopulated(new PageIndex(0)));
  }
}
