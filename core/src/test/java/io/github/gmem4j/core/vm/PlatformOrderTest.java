package io.github.gmem4j.core.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.clearInvocations;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.verifyNoMoreInteractions;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.ConversionPhase;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.Platforms;
import io.github.gmem4j.core.TestPolicy;
import io.github.gmem4j.core.World;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.mockito.ArgumentCaptor;
import org.mockito.InOrder;

/** What the platform is told, and when: private lazily, shared eagerly, state last. */
class PlatformOrderTest {
  private final Platform platform = Platforms.agreeable();
  private final World world =
      World.of(Engine.inMemory(), TestPolicy.confidential().with(platform), GuestMemory.MMAP);

  @Test
  void pagesBecomePrivateAtTheGuestsFirstTouchAndNotAtConversion() {
    world.toShared(0, 4);
    world.hostStore(1, 5);
    clearInvocations(platform);

    world.toPrivate(0, 4);
    verify(platform).takenFromHost(any());
    verifyNoMoreInteractions(platform);

    assertEquals(5, world.guestLoad(1));
    world.guestLoad(1);
    verify(platform, times(1)).makePrivate(any(), any());
  }

  @Test
  void sharedPagesNeverReachThePlatform() {
    world.toShared(0, 4);
    clearInvocations(platform);
    world.guestStore(1, 5);

    verify(platform, never()).makePrivate(any(), any());
    verify(platform, never()).access(any());
  }

  @Test
  void conversionToSharedObjectsThenZapsThenMakesSharedThenStores() {
    world.guestStore(1, 1);
    world.guestStore(2, 2);
    List<Shareability> stateSeen = new ArrayList<>();
    doAnswer(call -> stateSeen.add(world.memory().shareability(new PageIndex(1))))
        .when(platform)
        .zapPrivate(any());
    doAnswer(call -> stateSeen.add(world.memory().shareability(new PageIndex(1))))
        .when(platform)
        .makeShared(any());
    GfnRange frames = GfnRange.of(World.gpa(0).gfn().value(), 4);

    world.toShared(0, 4);

    InOrder order = inOrder(platform);
    order.verify(platform, times(2)).objectionToSharing(any());
    order.verify(platform).zapPrivate(frames);
    order.verify(platform, times(2)).makeShared(any());
    assertEquals(
        List.of(Shareability.PRIVATE, Shareability.PRIVATE, Shareability.PRIVATE), stateSeen);
    assertEquals("SSSSPPPPPPPPPPPP", world.states());
  }

  @Test
  void onlyPagesThatExistAreMadeSharedInAscendingOrder() {
    world.guestStore(1, 1);
    world.memory().allocate(World.pages(3, 1)).orThrow();
    ArgumentCaptor<Folio> granted = ArgumentCaptor.forClass(Folio.class);
    verify(platform).makePrivate(any(), granted.capture());

    world.toShared(0, World.PAGES);

    ArgumentCaptor<Folio> shared = ArgumentCaptor.forClass(Folio.class);
    verify(platform, times(2)).makeShared(shared.capture());
    assertEquals(granted.getValue(), shared.getAllValues().getFirst());
  }

  @Test
  void objectionIsEbusyBeforeAnythingChanged() {
    when(platform.objectionToSharing(any())).thenReturn(Optional.of("page is measured"));
    world.guestStore(1, 1);
    clearInvocations(platform);

    ConversionOutcome outcome = world.toShared(0, 4);

    assertEquals(new ConversionOutcome.Rejected(Errno.EBUSY, "page is measured"), outcome);
    assertEquals(ConversionPhase.VALIDATE, outcome.phase());
    verify(platform, never()).zapPrivate(any());
    verify(platform, never()).makeShared(any());
    assertEquals("P".repeat(World.PAGES), world.states());
    assertEquals(1, world.guestLoad(1));
  }

  @Test
  void conversionToPrivateAsksNobodyToObjectAndZapsNothingPrivate() {
    world.toShared(0, 2);
    world.guestStore(1, 1);
    clearInvocations(platform);

    world.toPrivate(0, 4);

    verify(platform).takenFromHost(any());
    verifyNoMoreInteractions(platform);
  }

  @Test
  void blockedConversionReachesNoPlatform() {
    world.toShared(0, 2);
    clearInvocations(platform);
    try (Pin pin = world.pin(1, ReferenceKind.LONG_TERM, "iommu")) {
      world.toPrivate(0, 2);
      assertEquals(0, pin.load(0));
    }
    verifyNoInteractions(platform);
  }

  @Test
  void punchedHoleZapsAndThenReclaimsWhatExists() {
    world.guestStore(1, 1);
    world.guestStore(2, 1);
    clearInvocations(platform);

    world.memory().punchHole(World.pages(0, 2)).orThrow();

    InOrder order = inOrder(platform);
    order.verify(platform).zapPrivate(GfnRange.of(World.gpa(0).gfn().value(), 2));
    order.verify(platform).reclaim(any());
    order.verifyNoMoreInteractions();
  }

  @Test
  void deletedSlotZapsAndReclaimsNothing() {
    world.guestStore(1, 1);
    clearInvocations(platform);

    world.vm().setMemory(SlotRequest.delete(World.SLOT)).orThrow();

    verify(platform).zapPrivate(GfnRange.of(World.gpa(0).gfn().value(), World.PAGES));
    verify(platform, never()).reclaim(any());
  }

  @Test
  void endOfTheVmZapsItsSlots() {
    world.guestStore(1, 1);
    clearInvocations(platform);

    world.vm().close();

    verify(platform).zapPrivate(GfnRange.of(World.gpa(0).gfn().value(), World.PAGES));
    verify(platform, never()).reclaim(any());
  }

  @Test
  void contentsAreThePlatformsToChange() {
    doAnswer(
            call -> {
              call.<Folio>getArgument(0).scramble();
              return null;
            })
        .when(platform)
        .makeShared(any());
    world.guestStore(1, 1);
    world.toShared(1, 1);
    byte once = world.hostLoad(1);
    doAnswer(
            call -> {
              call.<Folio>getArgument(0).zero();
              return null;
            })
        .when(platform)
        .makeShared(any());
    world.toPrivate(1, 1);
    world.toShared(1, 1);

    assertTrue(once != 1, "scrambled");
    assertEquals(0, world.hostLoad(1));
  }

  @Test
  void pagesOfOneHostHaveNumbersOfTheirOwn() {
    world.guestStore(1, 1);
    world.guestStore(2, 1);
    ArgumentCaptor<Folio> granted = ArgumentCaptor.forClass(Folio.class);
    verify(platform, times(2)).makePrivate(any(), granted.capture());

    assertEquals(2, granted.getAllValues().stream().map(Folio::pfn).distinct().count());
  }
}
