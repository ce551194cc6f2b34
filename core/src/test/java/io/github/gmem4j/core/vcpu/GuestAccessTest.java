package io.github.gmem4j.core.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.Granting;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.Platforms;
import io.github.gmem4j.core.TestPolicy;
import io.github.gmem4j.core.World;
import io.github.gmem4j.core.kernel.HostKernel;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Guest accesses with in-place conversion (generation B). */
class GuestAccessTest {
  private static final Shareability AS_SHARED = Shareability.SHARED;
  private static final Shareability AS_PRIVATE = Shareability.PRIVATE;

  private final Platform platform = Platforms.agreeable();
  private final World world =
      World.of(Engine.inMemory(), TestPolicy.confidential().with(platform), GuestMemory.MMAP);

  @Test
  void privateAccessToASharedPageFaultsWithThePrivateBitSet() {
    world.toShared(3, 1);

    assertEquals(
        fault(3, AS_PRIVATE, Errno.EFAULT),
        world.exitOf(new GuestAction.Touch(gpa(3), AS_PRIVATE)));
  }

  @Test
  void sharedAccessToAPrivatePageFaultsWithThePrivateBitClear() {
    assertEquals(
        fault(3, AS_SHARED, Errno.EFAULT), world.exitOf(new GuestAction.Touch(gpa(3), AS_SHARED)));
    assertFalse(world.memory().isPopulated(new PageIndex(3)));
  }

  @Test
  void faultNamesThePageAndNotTheByte() {
    Exit.MemoryFault exit =
        (Exit.MemoryFault)
            world.exitOf(new GuestAction.Read(new Gpa(gpa(3).value() + 0x123), AS_SHARED));

    assertEquals(gpa(3), exit.gpa());
    assertEquals(ByteCount.PAGE, exit.size());
    assertEquals(0, exit.flags());
  }

  @Test
  void faultingAccessIsTriedAgainAfterwards() {
    Exit first = world.exitOf(new GuestAction.Write(gpa(3), AS_SHARED, (byte) 5));
    assertEquals(first, world.vcpu().run());

    world.toShared(3, 1);

    assertEquals(new Exit.Halt(), world.vcpu().run());
    assertEquals(List.of(new ActionResult.Stored()), world.vcpu().results());
    assertEquals(5, world.hostLoad(3));
  }

  @Test
  void matchingAccessAllocatesZeroesAndMaps() {
    assertEquals(
        new ActionResult.Loaded((byte) 0),
        world.resultOf(new GuestAction.Read(gpa(3), AS_PRIVATE)));
    assertTrue(world.memory().isPopulated(new PageIndex(3)));
    assertEquals(
        new ActionResult.Touched(), world.resultOf(new GuestAction.Touch(gpa(3), AS_PRIVATE)));
  }

  @Test
  void bytesOfAPageAreSeparate() {
    Gpa last = new Gpa(gpa(3).value() + 4095);
    world.resultOf(new GuestAction.Write(last, AS_PRIVATE, (byte) 9));

    assertEquals(0, world.guestLoad(3));
    assertEquals(
        new ActionResult.Loaded((byte) 9), world.resultOf(new GuestAction.Read(last, AS_PRIVATE)));
  }

  @Test
  void privateAccessWithoutASlotIsAFaultAndNeverMmio() {
    assertEquals(
        fault(World.PAGES, AS_PRIVATE, Errno.EFAULT),
        world.exitOf(new GuestAction.Touch(gpa(World.PAGES), AS_PRIVATE)));
  }

  @Test
  void frameWithoutASlotCountsAsSharedAndIsMmio() {
    assertEquals(
        new Exit.Mmio(gpa(World.PAGES), 1, Optional.empty()),
        world.exitOf(new GuestAction.Touch(gpa(World.PAGES), AS_SHARED)));
  }

  @Test
  void frameWhoseSlotWasDeletedCountsAsSharedEvenIfThePageIsPrivate() {
    World plain = World.inPlace();
    plain.guestStore(3, 1);
    plain.vm().setMemory(SlotRequest.delete(World.SLOT)).orThrow();

    assertEquals(
        new Exit.Mmio(gpa(3), 1, Optional.empty()),
        plain.exitOf(new GuestAction.Touch(gpa(3), AS_PRIVATE)));
  }

  @Test
  void closedMemoryIsAFaultOfEitherKind() {
    world.host().close();
    world.memory().close();

    assertEquals(
        fault(3, AS_PRIVATE, Errno.EFAULT),
        world.exitOf(new GuestAction.Touch(gpa(3), AS_PRIVATE)));
    assertEquals(
        fault(3, AS_SHARED, Errno.EFAULT), world.exitOf(new GuestAction.Touch(gpa(3), AS_SHARED)));
  }

  @Test
  void mismatchComesBeforePoison() {
    world.guestStore(3, 1);
    world.memory().poison(new PageIndex(3)).orThrow();

    assertEquals(
        fault(3, AS_SHARED, Errno.EFAULT), world.exitOf(new GuestAction.Touch(gpa(3), AS_SHARED)));
    assertEquals(
        fault(3, AS_PRIVATE, Errno.EHWPOISON),
        world.exitOf(new GuestAction.Touch(gpa(3), AS_PRIVATE)));
  }

  @Test
  void platformThatDeniesThePageIsAFault() {
    when(platform.makePrivate(any(), any())).thenReturn(new Granting.Denied("no RMP entry"));

    assertEquals(
        fault(3, AS_PRIVATE, Errno.EFAULT),
        world.exitOf(new GuestAction.Touch(gpa(3), AS_PRIVATE)));
    assertEquals("P".repeat(World.PAGES), world.states());
  }

  @Test
  void busyPlatformIsAskedAgainWithoutAnExit() {
    when(platform.makePrivate(any(), any()))
        .thenReturn(Granting.BUSY, Granting.BUSY, Granting.GRANTED);

    assertEquals(
        new ActionResult.Touched(), world.resultOf(new GuestAction.Touch(gpa(3), AS_PRIVATE)));
  }

  @Test
  void memoryThatRunsOutFailsTheRunAndTheGuestStays() {
    World poor =
        World.of(
            Engine.builder().faults((site, page) -> site.equals(HostKernel.ALLOCATE_PAGE)).build(),
            TestPolicy.confidential(),
            GuestMemory.MMAP);

    Exit exit = poor.exitOf(new GuestAction.Touch(gpa(3), AS_PRIVATE));

    assertEquals(Errno.ENOMEM, ((Exit.Failed) exit).errno());
    assertTrue(poor.vcpu().results().isEmpty());
  }

  @Test
  void softwareProtectedGuestNeverMismatches() {
    World plain = World.inPlace();
    plain.toShared(1, 1);
    for (Shareability as : Shareability.values()) {
      plain.resultOf(new GuestAction.Write(gpa(0), as, (byte) 1));
      plain.resultOf(new GuestAction.Write(gpa(1), as, (byte) 2));
    }
    assertEquals(2, plain.hostLoad(1));
  }

  @Test
  void ordinaryGuestAlwaysMakesSharedAccesses() {
    World ordinary =
        World.of(Engine.inMemory(), SoftwareProtectedPolicy.forOrdinaryVms(), GuestMemory.MMAP);

    assertEquals(
        fault(0, AS_SHARED, Errno.EFAULT),
        ordinary.exitOf(new GuestAction.Touch(gpa(0), AS_PRIVATE)));
  }

  @Test
  void programEndsInAHaltAndHaltsAgain() {
    world.vcpu().load(GuestProgram.of(new GuestAction.Touch(gpa(0), AS_PRIVATE)));

    assertEquals(new Exit.Halt(), world.vcpu().run());
    assertEquals(new Exit.Halt(), world.vcpu().run());
    assertEquals(1, world.vcpu().results().size());
  }

  private static Gpa gpa(long page) {
    return World.gpa(page);
  }

  private static Exit.MemoryFault fault(long page, Shareability access, Errno errno) {
    return new Exit.MemoryFault(gpa(page), ByteCount.PAGE, access, errno, Optional.empty());
  }
}
