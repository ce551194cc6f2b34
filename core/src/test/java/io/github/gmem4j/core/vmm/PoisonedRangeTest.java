package io.github.gmem4j.core.vmm;

import static io.github.gmem4j.core.vmm.Vmm.ready;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.clearInvocations;
import static org.mockito.Mockito.doNothing;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.participant.Participant;
import io.github.gmem4j.api.participant.Preparation;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.core.World;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A participant that breaks its promise makes the range poisoned: an explicit end. */
class PoisonedRangeTest {
  private final Participant iommu = ready("iommu");
  private final Participant driver = ready("driver");
  private final Vmm vmm = new Vmm(Rules.STRICT, iommu, driver);

  @Test
  void failingCommitPoisonsTheWishedRangeAndStillCommitsTheOthers() {
    doThrow(new IllegalStateException("no room in the table")).when(iommu).commit(any());

    Settlement.Poisoned poisoned = assertInstanceOf(Settlement.Poisoned.class, vmm.toPrivate(4, 4));

    assertEquals(GfnRange.of(World.gpa(4).gfn().value(), 4), poisoned.range());
    assertTrue(poisoned.reason().contains("iommu"), poisoned.reason());
    assertTrue(poisoned.reason().contains("no room in the table"), poisoned.reason());
    verify(driver).commit(any());
  }

  @Test
  void failingAbortPoisonsAndStillAbortsTheOthers() {
    Participant balloon = ready("balloon");
    Vmm three = new Vmm(Rules.STRICT, iommu, driver, balloon);
    when(balloon.prepare(any())).thenReturn(new Preparation.Refused("no"));
    doThrow(new IllegalStateException("stuck")).when(driver).abort(any());

    assertInstanceOf(Settlement.Poisoned.class, three.toPrivate(4, 4));

    verify(iommu).abort(any());
    assertEquals("S".repeat(16), three.world().states());
  }

  @Test
  void poisonedRangeIsRefusedLaterBeforeAnybodyIsAsked() {
    poison(4, 4);
    clearInvocations(iommu, driver);

    for (Settlement later :
        new Settlement[] {
          vmm.toPrivate(4, 1), vmm.toShared(7, 1), vmm.toPrivate(0, 16), vmm.toShared(3, 2)
        }) {
      assertInstanceOf(Settlement.Poisoned.class, later);
    }
    verify(iommu, never()).prepare(any());
  }

  @Test
  void neighboursOfAPoisonedRangeAreFine() {
    poison(4, 4);

    assertEquals(Settlement.FULFILLED, vmm.toPrivate(0, 4));
    assertEquals(Settlement.FULFILLED, vmm.toPrivate(8, 8));
  }

  @Test
  void guestIsRefused() {
    poison(4, 4);

    assertEquals(
        Optional.of(Reply.Answer.REFUSE),
        vmm.coordinator().answer(1, Vmm.asking(4, 4, Shareability.PRIVATE)));
  }

  @Test
  void everyBrokenPromiseIsNamed() {
    doThrow(new IllegalStateException("a")).when(iommu).commit(any());
    doThrow(new IllegalStateException("b")).when(driver).commit(any());

    Settlement.Poisoned poisoned = assertInstanceOf(Settlement.Poisoned.class, vmm.toPrivate(4, 4));

    assertTrue(poisoned.reason().contains("iommu"), poisoned.reason());
    assertTrue(poisoned.reason().contains("driver"), poisoned.reason());
  }

  private void poison(long first, long count) {
    doThrow(new IllegalStateException("broken")).when(iommu).commit(any());
    assertInstanceOf(Settlement.Poisoned.class, vmm.toPrivate(first, count));
    doNothing().when(iommu).commit(any());
  }
}
