package io.github.gmem4j.core.vmm;

import static io.github.gmem4j.core.vmm.Vmm.ready;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.clearInvocations;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.participant.Participant;
import io.github.gmem4j.api.participant.PlannedConversion;
import io.github.gmem4j.api.participant.Preparation;
import io.github.gmem4j.api.policy.GuestFault;
import io.github.gmem4j.api.policy.ImplicitRule;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.core.World;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.InOrder;

/** A guest that just touches: the same road as a guest that asks. */
class ImplicitWishTest {
  private final Participant iommu = ready("iommu");
  private final Vmm vmm = new Vmm(Rules.STRICT, iommu);

  @Test
  void mismatchedAccessIsConvertedAndTheGuestGoesOn() {
    vmm.world()
        .vcpu()
        .load(
            GuestProgram.of(
                new GuestAction.Write(World.gpa(2), Shareability.PRIVATE, (byte) 1),
                new GuestAction.Read(World.gpa(2), Shareability.SHARED)));

    assertEquals(new Exit.Halt(), vmm.coordinator().run(vmm.world().vcpu()));

    assertEquals(
        List.of(new ActionResult.Stored(), new ActionResult.Loaded((byte) 1)),
        vmm.world().vcpu().results());
    assertEquals('S', vmm.world().states().charAt(2));
  }

  @Test
  void implicitPathCallsTheSameParticipantsAsTheExplicitOne() {
    PlannedConversion planned = vmm.planned(2, 1, Shareability.PRIVATE);
    vmm.toPrivate(2, 1);
    InOrder explicit = inOrder(iommu);
    explicit.verify(iommu).prepare(planned);
    explicit.verify(iommu).commit(planned);
    vmm.toShared(2, 1);
    clearInvocations(iommu);

    vmm.coordinator().answer(0, touching(2));

    InOrder implicit = inOrder(iommu);
    implicit.verify(iommu).prepare(planned);
    implicit.verify(iommu).commit(planned);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 16})
  void guestStopsOneConversionPastTheLimit(int limit) {
    Vmm limited = new Vmm(Rules.STRICT.with(new ImplicitRule(true, limit)), iommu);
    for (int time = 1; time <= limit; time++) {
      assertEquals(Optional.of(Reply.RESUME), limited.coordinator().answer(0, touching(2)));
    }

    assertEquals(Optional.empty(), limited.coordinator().answer(0, touching(2)));
    assertEquals(Optional.empty(), limited.coordinator().answer(0, touching(2)));
  }

  @Test
  void anotherPageOrAnExplicitWishBreaksTheStreak() {
    Vmm limited = new Vmm(Rules.STRICT.with(new ImplicitRule(true, 2)), iommu);
    for (int round = 0; round < 5; round++) {
      for (Exit exit :
          new Exit[] {
            touching(2),
            touching(2),
            round % 2 == 0 ? touching(3) : Vmm.asking(9, 1, Shareability.SHARED)
          }) {
        assertTrue(limited.coordinator().answer(0, exit).isPresent());
      }
    }
  }

  @Test
  void vcpusHaveStreaksOfTheirOwn() {
    Vmm limited = new Vmm(Rules.STRICT.with(new ImplicitRule(true, 1)), iommu);

    assertTrue(limited.coordinator().answer(0, touching(2)).isPresent());
    assertTrue(limited.coordinator().answer(1, touching(2)).isPresent());
    assertTrue(limited.coordinator().answer(0, touching(2)).isEmpty());
  }

  @Test
  void denyStopsAtTheFirstAccess() {
    Vmm denying = new Vmm(Rules.STRICT.with(ImplicitRule.DENY), iommu);
    denying
        .world()
        .vcpu()
        .load(GuestProgram.of(new GuestAction.Touch(World.gpa(2), Shareability.PRIVATE)));

    assertInstanceOf(Exit.MemoryFault.class, denying.coordinator().run(denying.world().vcpu()));

    verify(iommu, never()).prepare(any());
    assertEquals("S".repeat(16), denying.world().states());
  }

  @Test
  void guestThatNobodyHelpsStopsAtTheLimit() {
    when(iommu.prepare(any())).thenReturn(new Preparation.Refused("mine"));
    vmm.world()
        .vcpu()
        .load(GuestProgram.of(new GuestAction.Touch(World.gpa(2), Shareability.PRIVATE)));

    assertInstanceOf(Exit.MemoryFault.class, vmm.coordinator().run(vmm.world().vcpu()));

    verify(iommu, times(ImplicitRule.DEFAULT_LIMIT)).prepare(any());
  }

  @Test
  void hardwarePoisonIsNoWish() {
    vmm.world().hostStore(2, 1);
    vmm.world().memory().poison(new PageIndex(2)).orThrow();

    Exit.MemoryFault exit =
        assertInstanceOf(
            Exit.MemoryFault.class,
            vmm.world().exitOf(new GuestAction.Touch(World.gpa(2), Shareability.SHARED)));

    assertEquals(Errno.EHWPOISON, exit.errno());
    assertEquals(Optional.empty(), vmm.coordinator().answer(0, exit));
  }

  @Test
  void exitsThatAskForNothingAreNotAnswered() {
    for (Exit exit :
        new Exit[] {
          new Exit.Halt(),
          new Exit.Interrupted(),
          new Exit.Mmio(World.gpa(0), 1, Optional.empty()),
          new Exit.Failed(Errno.EFAULT, "nothing there")
        }) {
      assertEquals(Optional.empty(), vmm.coordinator().answer(0, exit));
    }
    assertEquals(List.of(), vmm.events());
  }

  private static Exit touching(long page) {
    return GuestFault.of(World.gpa(page).gfn(), Shareability.PRIVATE, GuestFault.Cause.MISMATCH)
        .toExit();
  }
}
