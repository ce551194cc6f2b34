package io.github.gmem4j.core.vmm;

import static io.github.gmem4j.core.vmm.Vmm.ready;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.participant.Participant;
import io.github.gmem4j.api.policy.AfterPartial;
import io.github.gmem4j.api.policy.RetryRule;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.core.World;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.mockito.InOrder;

/** A wish that spans slots, partly succeeds, or lies where no guest memory is. */
class SeveralSlotsTest {
  private final Participant iommu = ready("iommu");
  private final Participant driver = ready("driver");
  private final Vmm keeping = new Vmm(Rules.STRICT, iommu, driver).inSlotsOfFour();

  @Test
  void eachSlotIsAPieceInAscendingOrder() {
    assertEquals(Settlement.FULFILLED, keeping.toPrivate(2, 8));

    InOrder order = inOrder(iommu, driver);
    for (long[] piece : new long[][] {{2, 2}, {4, 4}, {8, 2}}) {
      order.verify(iommu).prepare(keeping.planned(piece[0], piece[1], Shareability.PRIVATE));
      order.verify(driver).prepare(keeping.planned(piece[0], piece[1], Shareability.PRIVATE));
    }
    order.verify(iommu).commit(keeping.planned(2, 2, Shareability.PRIVATE));
    assertEquals("SSPPPPPPPPSSSSSS", keeping.world().states());
  }

  @Test
  void keptPiecesCommitAndTheOthersAbort() {
    try (Pin pin = keeping.world().pin(5, ReferenceKind.LONG_TERM, "vfio")) {
      assertInstanceOf(Settlement.GaveUp.class, keeping.toPrivate(2, 8));
      assertEquals(0, pin.load(0));
    }

    assertEquals("SSPPSSSSSSSSSSSS", keeping.world().states());
    verify(iommu).commit(keeping.planned(2, 2, Shareability.PRIVATE));
    InOrder order = inOrder(iommu, driver);
    order.verify(driver).abort(keeping.planned(8, 2, Shareability.PRIVATE));
    order.verify(iommu).abort(keeping.planned(8, 2, Shareability.PRIVATE));
    order.verify(driver).abort(keeping.planned(4, 4, Shareability.PRIVATE));
    order.verify(iommu).abort(keeping.planned(4, 4, Shareability.PRIVATE));
    verify(iommu, never()).abort(keeping.planned(2, 2, Shareability.PRIVATE));
  }

  @Test
  void undonePiecesGoBackAndEverybodyAborts() {
    Vmm undoing = new Vmm(Rules.STRICT.with(AfterPartial.UNDO), iommu, driver).inSlotsOfFour();
    try (Pin pin = undoing.world().pin(9, ReferenceKind.LONG_TERM, "vfio")) {
      assertInstanceOf(Settlement.GaveUp.class, undoing.toPrivate(2, 8));
      assertEquals(0, pin.load(0));
    }

    assertEquals("S".repeat(16), undoing.world().states());
    assertEquals(
        List.of(World.pages(4, 4), World.pages(2, 2)),
        undoing.events().stream()
            .filter(RoadEvent.ConversionTried.class::isInstance)
            .map(RoadEvent.ConversionTried.class::cast)
            .filter(tried -> tried.target() == Shareability.SHARED)
            .map(RoadEvent.ConversionTried::range)
            .toList(),
        "last first");
    verify(iommu, never()).commit(any());
    verify(iommu).abort(undoing.planned(2, 2, Shareability.PRIVATE));
  }

  @Test
  void pieceThatHadThePlannedStateInPartIsNotUndone() {
    Vmm undoing = new Vmm(Rules.STRICT.with(AfterPartial.UNDO), iommu).inSlotsOfFour();
    undoing.world().toPrivate(2, 1);
    try (Pin pin = undoing.world().pin(9, ReferenceKind.LONG_TERM, "vfio")) {
      undoing.toPrivate(2, 8);
      assertEquals(0, pin.load(0));
    }

    assertEquals("SSPPSSSSSSSSSSSS", undoing.world().states());
    verify(iommu).commit(undoing.planned(2, 2, Shareability.PRIVATE));
    verify(iommu).abort(undoing.planned(4, 4, Shareability.PRIVATE));
  }

  @Test
  void pieceThatCannotBeUndoneIsCommitted() {
    Vmm undoing =
        new Vmm(Rules.STRICT.with(AfterPartial.UNDO).with(Rules.hold(1, RetryRule.GIVE_UP)), iommu)
            .inSlotsOfFour();
    undoing.duringPause(undoing::exhaustMemory);
    try (Pin pin = undoing.world().pin(5, ReferenceKind.LONG_TERM, "vfio")) {
      assertInstanceOf(Settlement.Rejected.class, undoing.toPrivate(2, 8));
      assertEquals(0, pin.load(0));
    }

    assertEquals("SSPPSSSSSSSSSSSS", undoing.world().states());
    verify(iommu).commit(undoing.planned(2, 2, Shareability.PRIVATE));
  }

  @Test
  void exhaustedMemoryInALaterPieceIsRejectedAndEarlierPiecesStay() {
    keeping.exhaustMemoryAt(4);

    Settlement.Rejected rejected =
        assertInstanceOf(Settlement.Rejected.class, keeping.toPrivate(0, 8));

    assertEquals(Errno.ENOMEM, rejected.outcome().errno().orElseThrow());
    assertEquals("PPPPSSSSSSSSSSSS", keeping.world().states());
  }

  @Test
  void rangeWithoutGuestMemoryIsUnbackedEntirely() {
    assertEquals(new Settlement.Unbacked(true), keeping.toPrivate(100, 2));
    verify(iommu, never()).prepare(any());
  }

  @Test
  void rangeThatReachesPastTheLastSlotOrBeginsBeforeTheFirstIsUnbackedPartly() {
    assertEquals(new Settlement.Unbacked(false), keeping.toPrivate(14, 4));
    assertEquals(new Settlement.Unbacked(false), keeping.toPrivate(-1, 2));
    assertEquals("S".repeat(16), keeping.world().states());
  }

  @Test
  void holeBetweenSlotsIsUnbackedPartlyAndNothingIsConverted() {
    keeping.world().vm().setMemory(SlotRequest.delete(1)).orThrow();

    assertEquals(new Settlement.Unbacked(false), keeping.toPrivate(0, 12));

    assertEquals("S".repeat(16), keeping.world().states());
    verify(iommu, never()).prepare(any());
  }

  @Test
  void closedMemoryIsUnbacked() {
    keeping.world().host().close();
    keeping.world().memory().close();

    assertEquals(new Settlement.Unbacked(true), keeping.toPrivate(0, 2));
  }

  @Test
  void illegalRangeIsRejectedAsEinvalBeforeAnybodyIsAsked() {
    for (Exit.MapGpaRange absurd :
        new Exit.MapGpaRange[] {
          new Exit.MapGpaRange(World.gpa(0), new PageCount(1L << 52), 0, 1),
          new Exit.MapGpaRange(World.gpa(0), new PageCount(-1), 0, 1),
          new Exit.MapGpaRange(new Gpa(-4096), new PageCount(1), 0, 1),
          new Exit.MapGpaRange(new Gpa(World.BASE + 1), new PageCount(1), 0, 1),
          new Exit.MapGpaRange(World.gpa(0), PageCount.ZERO, 0, 1)
        }) {
      Settlement.Rejected rejected =
          assertInstanceOf(Settlement.Rejected.class, keeping.settle(absurd));
      assertEquals(Errno.EINVAL, rejected.outcome().errno().orElseThrow());
    }
    verify(iommu, never()).prepare(any());
  }
}
