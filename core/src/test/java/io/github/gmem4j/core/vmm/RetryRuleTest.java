package io.github.gmem4j.core.vmm;

import static io.github.gmem4j.core.vmm.Vmm.ready;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.participant.Participant;
import io.github.gmem4j.api.participant.Preparation;
import io.github.gmem4j.api.policy.RetryRule;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.vm.Reply;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How often, how long, and what the guest is told when that was not enough. */
class RetryRuleTest {
  private static final Duration SHORT = Duration.ofMillis(1);
  private static final Duration LONG = Duration.ofSeconds(2);

  private final Participant iommu = ready("iommu");

  @Test
  void heldPageIsTriedAgainUntilItIsReleased() {
    Vmm vmm = new Vmm(Rules.STRICT.with(Rules.hold(5, RetryRule.GIVE_UP)), iommu);
    Pin pin = vmm.world().pin(1, ReferenceKind.SHORT_TERM, "pipe");
    vmm.duringPause(() -> {
      if (vmm.pauses().size() == 3) {
        pin.close();
      }
    });

    assertEquals(Settlement.FULFILLED, vmm.toPrivate(0, 4));

    assertEquals(List.of(SHORT, SHORT, SHORT), vmm.pauses());
    verify(iommu, times(1)).prepare(any());
    verify(iommu).commit(any());
  }

  @Test
  void releaseDuringTheLastHoldIsInTime() {
    Vmm vmm = new Vmm(Rules.STRICT.with(Rules.hold(3, RetryRule.GIVE_UP)));
    Pin pin = vmm.world().pin(1, ReferenceKind.SHORT_TERM, "pipe");
    vmm.duringPause(() -> {
      if (vmm.pauses().size() == 3) {
        pin.close();
      }
    });

    assertEquals(Settlement.FULFILLED, vmm.toPrivate(0, 4));
  }

  @Test
  void releaseOneHoldLaterIsTooLate() {
    Vmm vmm = new Vmm(Rules.STRICT.with(Rules.hold(3, RetryRule.GIVE_UP)), iommu);
    Pin pin = vmm.world().pin(1, ReferenceKind.SHORT_TERM, "pipe");

    Settlement.GaveUp gaveUp = assertInstanceOf(Settlement.GaveUp.class, vmm.toPrivate(0, 4));

    assertEquals(4, gaveUp.attempts());
    assertEquals(3, vmm.pauses().size());
    verify(iommu).abort(any());
    pin.close();
    assertEquals(Settlement.FULFILLED, vmm.toPrivate(0, 4));
  }

  @Test
  void rulesFollowEachOther() {
    RetryRule rule =
        new RetryRule.Hold(SHORT, 2, new RetryRule.Hold(LONG, 1, RetryRule.ANSWER_RETRY));
    Vmm vmm = new Vmm(Rules.STRICT.with(rule));
    Pin pin = vmm.world().pin(1, ReferenceKind.LONG_TERM, "vfio");

    Settlement.RetryLater later =
        assertInstanceOf(Settlement.RetryLater.class, vmm.toPrivate(0, 4));

    assertEquals(List.of(SHORT, SHORT, LONG), vmm.pauses());
    assertTrue(later.why().outcome().isPresent());
    pin.close();
  }

  @Test
  void answerRetryHoldsNobody() {
    Vmm vmm = new Vmm(Rules.STRICT.with(RetryRule.ANSWER_RETRY));
    Pin pin = vmm.world().pin(1, ReferenceKind.LONG_TERM, "vfio");

    assertEquals(
        Optional.of(Reply.Answer.RETRY),
        vmm.coordinator().answer(0, Vmm.asking(0, 4, Shareability.PRIVATE)));

    assertEquals(List.of(), vmm.pauses());
    pin.close();
    assertEquals(
        Optional.of(Reply.Answer.DONE),
        vmm.coordinator().answer(0, Vmm.asking(0, 4, Shareability.PRIVATE)));
  }

  @Test
  void participantThatNeedsTimeIsAskedAgainAndItsHintIsTheLeastPause() {
    when(iommu.prepare(any()))
        .thenReturn(
            new Preparation.NeedsTime(SHORT.multipliedBy(3)),
            new Preparation.NeedsTime(Duration.ZERO),
            Preparation.READY);
    Vmm vmm = new Vmm(Rules.STRICT.with(Rules.hold(5, RetryRule.GIVE_UP)), iommu);

    assertEquals(Settlement.FULFILLED, vmm.toPrivate(0, 4));

    assertEquals(List.of(SHORT.multipliedBy(3), SHORT), vmm.pauses());
  }

  @Test
  void participantThatNeedsTimeOnceTooOftenIsGivenUp() {
    when(iommu.prepare(any())).thenReturn(new Preparation.NeedsTime(Duration.ZERO));
    Participant driver = ready("driver");
    Vmm vmm = new Vmm(Rules.STRICT.with(Rules.hold(2, RetryRule.GIVE_UP)), driver, iommu);

    assertEquals(
        new Settlement.GaveUp(Settlement.Obstacle.needsTime("iommu"), 3), vmm.toPrivate(0, 4));

    verify(iommu, times(3)).prepare(any());
    verify(driver, times(3)).prepare(any());
    verify(driver, times(3)).abort(any());
    verify(driver, never()).commit(any());
  }

  @Test
  void participantsAndPagesShareOneAllowance() {
    when(iommu.prepare(any()))
        .thenReturn(new Preparation.NeedsTime(Duration.ZERO), Preparation.READY);
    Vmm vmm = new Vmm(Rules.STRICT.with(Rules.hold(2, RetryRule.ANSWER_RETRY)), iommu);
    Pin pin = vmm.world().pin(1, ReferenceKind.LONG_TERM, "vfio");

    assertInstanceOf(Settlement.RetryLater.class, vmm.toPrivate(0, 4));

    assertEquals(2, vmm.pauses().size());
    pin.close();
  }

  @Test
  void exhaustedMemoryIsRejectedWithoutAnyHold() {
    Vmm vmm = new Vmm(Rules.STRICT.with(Rules.hold(5, RetryRule.GIVE_UP)), iommu);
    vmm.exhaustMemory();

    assertInstanceOf(Settlement.Rejected.class, vmm.toPrivate(0, 4));

    assertEquals(List.of(), vmm.pauses());
    verify(iommu).abort(any());
  }

  @Test
  void eachHoldIsToldWithItsNumber() {
    Vmm vmm = new Vmm(Rules.STRICT.with(Rules.hold(2, RetryRule.GIVE_UP)));
    Pin pin = vmm.world().pin(1, ReferenceKind.LONG_TERM, "vfio");

    vmm.toPrivate(0, 4);

    assertEquals(
        List.of(new RoadEvent.VcpuHeld(0, SHORT, 1), new RoadEvent.VcpuHeld(0, SHORT, 2)),
        vmm.events().stream().filter(RoadEvent.VcpuHeld.class::isInstance).toList());
    pin.close();
  }
}
