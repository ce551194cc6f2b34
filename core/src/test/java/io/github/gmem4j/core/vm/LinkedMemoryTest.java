package io.github.gmem4j.core.vm;

import static io.github.gmem4j.core.World.errnoOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.clearInvocations;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.Platforms;
import io.github.gmem4j.core.TestPolicy;
import io.github.gmem4j.core.World;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Several VMs with views of one memory. */
class LinkedMemoryTest {
  private static final long ELSEWHERE = 0x40_0000;

  private final Platform firstPlatform = Platforms.agreeable();
  private final Platform secondPlatform = Platforms.agreeable();
  private final World first =
      World.of(Engine.inMemory(), TestPolicy.confidential().with(firstPlatform), GuestMemory.MMAP);
  private final VirtualMachine second =
      first.engine().createVm(TestPolicy.confidential().with(secondPlatform));
  private final GuestMemory view = second.linkGuestMemory(first.memory()).orThrow();
  private final Vcpu secondVcpu = second.createVcpu(GuestProgram.of());

  LinkedMemoryTest() {
    second.setMemory(SlotRequest.bind(1, new Gpa(ELSEWHERE), view)).orThrow();
  }

  @Test
  void changeThroughOneViewIsSeenByAll() {
    view.convert(ConversionRequest.toShared(World.pages(2, 3)));

    assertEquals("PPSSSPPPPPPPPPPP", first.states());
    first.toPrivate(3, 1);
    assertEquals("PPSPSPPPPPPPPPPP", World.states(view));
    assertEquals(first.memory().size(), view.size());
  }

  @Test
  void bytesOfASharedPageAreTheSame() {
    first.toShared(2, 1);
    first.guestStore(2, 9);

    assertEquals(
        Exit.Halt.class, run(new GuestAction.Read(elsewhere(2), Shareability.SHARED)).getClass());
    assertEquals("[Loaded[value=9]]", secondVcpu.results().toString());
  }

  @Test
  void everyBoundVmIsZappedAtItsOwnFrames() {
    first.guestStore(2, 9);
    run(new GuestAction.Touch(elsewhere(3), Shareability.PRIVATE));

    first.toShared(2, 2);

    verify(firstPlatform).zapPrivate(GfnRange.of(World.gpa(2).gfn().value(), 2));
    verify(secondPlatform).zapPrivate(GfnRange.of(elsewhere(2).gfn().value(), 2));
    Exit fault = run(new GuestAction.Touch(elsewhere(2), Shareability.PRIVATE));
    assertInstanceOf(Exit.MemoryFault.class, fault);
  }

  @Test
  void vmThatHasNothingBoundThereIsNotZapped() {
    second.setMemory(SlotRequest.delete(1)).orThrow();
    second
        .setMemory(SlotRequest.bind(1, new Gpa(ELSEWHERE), World.bytes(2), view, World.at(0)))
        .orThrow();
    clearInvocations(secondPlatform);

    first.toShared(2, 2);

    verify(secondPlatform, never()).zapPrivate(any());
  }

  @Test
  void objectionOfEitherPlatformRefusesBeforeAnythingChanged() {
    when(secondPlatform.objectionToSharing(any())).thenReturn(Optional.of("measured"));
    first.guestStore(2, 9);

    assertEquals(Errno.EBUSY, first.toShared(2, 1).errno().orElseThrow());

    assertEquals("P".repeat(World.PAGES), World.states(view));
    verify(firstPlatform, never()).zapPrivate(any());
    verify(firstPlatform, never()).makeShared(any());
  }

  @Test
  void closingOneViewLeavesTheOtherWorking() {
    first.guestStore(2, 9);

    view.close();

    assertEquals(9, first.guestLoad(2));
    assertTrue(second.slots().getFirst().memory().isEmpty());
    assertInstanceOf(
        Exit.MemoryFault.class, run(new GuestAction.Touch(elsewhere(2), Shareability.SHARED)));
    verify(firstPlatform, never()).reclaim(any());
    assertEquals(
        Errno.EBADF,
        view.convert(ConversionRequest.toShared(World.pages(0, 1))).errno().orElseThrow());
    assertTrue(first.toShared(0, 1).succeeded());
  }

  @Test
  void lastViewThatClosesGivesEveryPageBack() {
    first.guestStore(2, 9);
    run(new GuestAction.Touch(elsewhere(3), Shareability.PRIVATE));

    first.host().close();
    first.memory().close();
    verify(firstPlatform, never()).reclaim(any());
    assertFalse(view.size().value() == 0);
    view.close();

    // The first VM has no view any more, but one of the two pages is its own.
    verify(firstPlatform, times(1)).reclaim(any());
    verify(secondPlatform, times(2)).reclaim(any());
  }

  @Test
  void platformOfAVmWithTwoViewsIsToldOnce() {
    GuestMemory again = second.linkGuestMemory(first.memory()).orThrow();
    again.close();
    first.guestStore(2, 9);

    first.toShared(2, 1);
    verify(secondPlatform, times(1)).makeShared(any());
    first.memory().punchHole(World.pages(2, 1)).orThrow();
    verify(secondPlatform, times(1)).reclaim(any());
  }

  @Test
  void memoryOutlivesTheVmThatMadeIt() {
    first.guestStore(2, 9);
    first.vm().close();
    first.host().close();
    first.memory().close();

    run(new GuestAction.Read(elsewhere(2), Shareability.PRIVATE));
    assertEquals("[Loaded[value=9]]", secondVcpu.results().toString());
  }

  @Test
  void viewIsForItsOwnVmOnly() {
    assertEquals(
        Errno.EINVAL, errnoOf(first.vm().setMemory(SlotRequest.bind(7, new Gpa(ELSEWHERE), view))));
  }

  @Test
  void ownMemoryForeignHostClosedMemoryAndMemoryOfAnotherMakeAreEinval() {
    GuestMemory closed = first.vm().createGuestMemory(World.bytes(1), 0).orThrow();
    closed.close();
    GuestMemory otherHost = World.inPlace().memory();

    assertEquals(Errno.EINVAL, errnoOf(first.vm().linkGuestMemory(first.memory())));
    assertEquals(Errno.EINVAL, errnoOf(second.linkGuestMemory(view)));
    assertEquals(Errno.EINVAL, errnoOf(second.linkGuestMemory(closed)));
    assertEquals(Errno.EINVAL, errnoOf(second.linkGuestMemory(otherHost)));
    assertEquals(Errno.EINVAL, errnoOf(second.linkGuestMemory(mock(GuestMemory.class))));
  }

  @Test
  void deadSourceVmDoesNotMatter() {
    first.vm().close();
    VirtualMachine third = first.engine().createVm(SoftwareProtectedPolicy.create());

    assertTrue(third.linkGuestMemory(first.memory()).succeeded());
  }

  private Exit run(GuestAction action) {
    secondVcpu.load(GuestProgram.of(action));
    return secondVcpu.run();
  }

  private static Gpa elsewhere(long page) {
    return new Gpa(ELSEWHERE + page * 4096);
  }
}
