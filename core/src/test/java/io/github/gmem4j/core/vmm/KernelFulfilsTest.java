package io.github.gmem4j.core.vmm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.participant.Participant;
import io.github.gmem4j.api.participant.PlannedConversion;
import io.github.gmem4j.api.participant.Preparation;
import io.github.gmem4j.api.policy.RetryRule;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.policy.Unconverted;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.core.World;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.mockito.InOrder;

/** Wishes that the kernel fulfils inside {@code run()}: the VMM only readies its participants. */
class KernelFulfilsTest {
  private static final Exit HALT = new Exit.Halt();

  private static final RetryRule TWICE =
      new RetryRule.Hold(Duration.ofMillis(2), 2, RetryRule.GIVE_UP);
  private static final ByteOffset PAGE_1 = World.at(1);

  private final Participant driver = Vmm.ready("driver");
  private final Participant iommu = Vmm.ready("iommu");

  private Vmm vmm(Unconverted unconverted) {
    return new Vmm(new KernelSeat(TWICE, unconverted), driver, iommu);
  }

  private static Exit unshare(long first, long count) {
    return new Exit.Unshare(World.gpas(first, count));
  }

  private static Exit again(long first, long count) {
    return new Exit.Unshare(World.gpas(first, count), Optional.of(PAGE_1));
  }

  @Test
  void participantsAreReadiedNothingIsConvertedAndTheKernelMayGoOn() {
    Vmm vmm = vmm(Unconverted.GIVEN_UP);

    assertEquals(Optional.of(Reply.Answer.DONE), vmm.coordinator().answer(0, unshare(0, 4)));

    assertEquals(Settlement.READY, vmm.settle(again(0, 4)));
    verify(driver, times(1)).prepare(any());
    verify(driver, never()).commit(any());
    assertEquals("S".repeat(World.PAGES), vmm.world().states());
  }

  @Test
  void participantsCommitOnceTheKernelHasConverted() {
    Vmm vmm = vmm(Unconverted.GIVEN_UP);
    vmm.settle(unshare(0, 4));
    vmm.world().toPrivate(0, 4);

    assertEquals(Optional.empty(), vmm.coordinator().answer(0, HALT));

    PlannedConversion planned = vmm.planned(0, 4, Shareability.PRIVATE);
    InOrder order = inOrder(driver, iommu);
    order.verify(driver).commit(planned);
    order.verify(iommu).commit(planned);
    verify(driver, never()).abort(any());
  }

  @Test
  void participantsAbortInReverseIfTheKernelGaveUp() {
    Vmm vmm = vmm(Unconverted.GIVEN_UP);
    vmm.settle(unshare(0, 4));

    vmm.coordinator().answer(0, HALT);

    InOrder order = inOrder(driver, iommu);
    order.verify(iommu).abort(any());
    order.verify(driver).abort(any());
    verify(driver, never()).commit(any());
  }

  @Test
  void participantsStayReadyWhileTheConversionIsStillComing() {
    Vmm vmm = vmm(Unconverted.STILL_COMING);
    vmm.settle(unshare(0, 4));

    vmm.coordinator().answer(0, HALT);
    verify(driver, never()).abort(any());
    vmm.world().toPrivate(0, 4);
    vmm.coordinator().answer(1, HALT);

    verify(driver).commit(any());
  }

  @Test
  void eachRepetitionIsAFailedTryAndTheLastEndsIt() {
    Vmm vmm = vmm(Unconverted.GIVEN_UP);

    assertEquals(Settlement.READY, vmm.settle(unshare(0, 4)));
    assertEquals(Settlement.READY, vmm.settle(again(0, 4)));
    assertEquals(Settlement.READY, vmm.settle(again(0, 4)));
    Settlement last = vmm.settle(again(0, 4));

    assertEquals(
        new Settlement.GaveUp(Settlement.Obstacle.askedAgain(Optional.of(PAGE_1)), 3), last);
    assertEquals(2, vmm.pauses().size());
    verify(driver).abort(any());
  }

  @Test
  void refusalIsToldAndLeavesNobodyReady() {
    when(iommu.prepare(any())).thenReturn(new Preparation.Refused("in use"));
    Vmm vmm = vmm(Unconverted.GIVEN_UP);

    assertEquals(Optional.of(Reply.Answer.REFUSE), vmm.coordinator().answer(0, unshare(0, 4)));

    verify(driver).abort(any());
    vmm.coordinator().answer(0, HALT);
    verify(driver, times(1)).abort(any());
  }

  @Test
  void wishesForOtherFramesStayReady() {
    Vmm vmm = vmm(Unconverted.STILL_COMING);
    vmm.settle(unshare(0, 4));
    vmm.settle(unshare(8, 4));
    vmm.world().toPrivate(0, 4);
    vmm.world().toPrivate(8, 4);

    vmm.coordinator().answer(0, HALT);

    verify(driver, times(2)).commit(any());
    verify(driver, never()).abort(any());
  }

  @Test
  void brokenPromiseAfterTheKernelConvertedPoisonsTheFrames() {
    Vmm vmm = vmm(Unconverted.GIVEN_UP);
    vmm.settle(unshare(0, 4));
    vmm.world().toPrivate(0, 4);
    doThrow(new IllegalStateException("lost")).when(driver).commit(any());
    vmm.coordinator().answer(0, HALT);

    Settlement settlement = vmm.settle(unshare(3, 1));

    assertTrue(settlement instanceof Settlement.Poisoned, settlement::toString);
  }
}
