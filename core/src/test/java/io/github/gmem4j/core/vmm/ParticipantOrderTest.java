package io.github.gmem4j.core.vmm;

import static io.github.gmem4j.core.vmm.Vmm.ready;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.atLeast;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoMoreInteractions;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.participant.Participant;
import io.github.gmem4j.api.participant.PlannedConversion;
import io.github.gmem4j.api.participant.Preparation;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.core.lock.LockLevel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.mockito.InOrder;

/** Prepare in order, commit in order, abort in reverse; each who was ready hears exactly one. */
class ParticipantOrderTest {
  private final Participant iommu = ready("iommu");
  private final Participant driver = ready("driver");
  private final Participant balloon = ready("balloon");
  private final Vmm vmm = new Vmm(Rules.STRICT, iommu, driver, balloon);
  private final PlannedConversion planned = vmm.planned(0, 4, Shareability.PRIVATE);

  @Test
  void everybodyPreparesThenThePagesConvertThenEverybodyCommits() {
    List<String> states = new ArrayList<>();
    doAnswer(
            call -> {
              states.add(vmm.world().states());
              return Preparation.READY;
            })
        .when(balloon)
        .prepare(any());
    doAnswer(call -> states.add(vmm.world().states())).when(iommu).commit(any());

    assertEquals(Settlement.FULFILLED, vmm.toPrivate(0, 4));

    InOrder order = inOrder(iommu, driver, balloon);
    order.verify(iommu).prepare(planned);
    order.verify(driver).prepare(planned);
    order.verify(balloon).prepare(planned);
    order.verify(iommu).commit(planned);
    order.verify(driver).commit(planned);
    order.verify(balloon).commit(planned);
    assertEquals(List.of("SSSSSSSSSSSSSSSS", "PPPPSSSSSSSSSSSS"), states);
    verify(iommu, never()).abort(any());
  }

  @Test
  void refusalAbortsThoseWhoWereReadyInReverseAndAsksNobodyElse() {
    when(balloon.prepare(any())).thenReturn(new Preparation.Refused("inflated"));

    assertEquals(new Settlement.Refused("balloon", "inflated"), vmm.toPrivate(0, 4));

    InOrder order = inOrder(iommu, driver, balloon);
    order.verify(balloon).prepare(planned);
    order.verify(driver).abort(planned);
    order.verify(iommu).abort(planned);
    verify(balloon, never()).abort(any());
    verify(driver, never()).commit(any());
    assertEquals("S".repeat(16), vmm.world().states());
  }

  @Test
  void firstWhoRefusesIsTheOnlyOneAsked() {
    when(iommu.prepare(any())).thenReturn(new Preparation.Refused("no"));

    vmm.toPrivate(0, 4);

    verify(iommu).prepare(any());
    verify(iommu, atLeast(0)).name();
    verifyNoMoreInteractions(iommu);
    verify(driver, never()).prepare(any());
  }

  @Test
  void blockedConversionAbortsEverybodyInReverse() {
    try (Pin pin = vmm.world().pin(1, ReferenceKind.LONG_TERM, "vfio")) {
      Settlement.GaveUp gaveUp = assertInstanceOf(Settlement.GaveUp.class, vmm.toPrivate(0, 4));

      assertEquals(
          pin.holder(), gaveUp.why().outcome().orElseThrow().blockers().getFirst().holder());
      assertEquals(1, gaveUp.attempts());
    }
    InOrder order = inOrder(iommu, driver, balloon);
    order.verify(balloon).abort(planned);
    order.verify(driver).abort(planned);
    order.verify(iommu).abort(planned);
    verify(iommu, never()).commit(any());
  }

  @Test
  void participantThatLetsGoInPrepareUnblocksTheConversion() {
    Pin pin = vmm.world().pin(1, ReferenceKind.LONG_TERM, "iommu");
    doAnswer(
            call -> {
              pin.close();
              return Preparation.READY;
            })
        .when(iommu)
        .prepare(any());

    assertEquals(Settlement.FULFILLED, vmm.toPrivate(0, 4));
  }

  @Test
  void rangeThatIsThereAlreadyStillPreparesAndCommits() {
    assertEquals(Settlement.FULFILLED, vmm.toShared(0, 4));

    PlannedConversion toShared = vmm.planned(0, 4, Shareability.SHARED);
    verify(iommu).prepare(toShared);
    verify(iommu).commit(toShared);
  }

  @Test
  void participantsRunWithNoLockHeld() {
    List<Boolean> free = new ArrayList<>();
    doAnswer(
            call -> {
              free.add(LockLevel.noneHeld());
              return Preparation.READY;
            })
        .when(iommu)
        .prepare(any());
    doAnswer(call -> free.add(LockLevel.noneHeld())).when(iommu).commit(any());

    vmm.toPrivate(0, 4);

    assertEquals(List.of(true, true), free);
  }

  @Test
  void exceptionFromPrepareAbortsThoseWhoWereReadyAndIsPassedOn() {
    when(driver.prepare(any())).thenThrow(new UnsupportedOperationException("driver bug"));

    assertThrows(UnsupportedOperationException.class, () -> vmm.toPrivate(0, 4));

    verify(iommu).abort(planned);
    verify(driver, never()).abort(any());
    doReturn(Preparation.READY).when(driver).prepare(any());
    assertEquals(Settlement.FULFILLED, vmm.toPrivate(0, 4));
  }

  @Test
  void nullFromPrepareNamesTheParticipantAndAbortsTheOthers() {
    when(driver.prepare(any())).thenReturn(null);

    IllegalStateException thrown =
        assertThrows(IllegalStateException.class, () -> vmm.toPrivate(0, 4));

    assertTrue(thrown.toString().contains("'driver'"), thrown::toString);
    assertTrue(thrown.toString().contains("prepare"), thrown::toString);
    verify(iommu).abort(planned);
  }

  @Test
  void withoutParticipantsThePagesJustConvert() {
    assertEquals(Settlement.FULFILLED, new Vmm(Rules.STRICT).toPrivate(0, 16));
  }
}
