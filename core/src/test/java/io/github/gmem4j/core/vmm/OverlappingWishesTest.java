package io.github.gmem4j.core.vmm;

import static io.github.gmem4j.core.vmm.Vmm.ready;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.participant.Participant;
import io.github.gmem4j.api.participant.Preparation;
import io.github.gmem4j.api.policy.RetryRule;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Wishes of two vCPUs. The second one arrives, on the same thread, while a participant prepares for
 * the first: so what happens is the same at every run.
 */
class OverlappingWishesTest {
  private final Participant iommu = ready("iommu");
  private final List<Optional<Reply>> second = new ArrayList<>();

  @Test
  void overlappingWishWaitsByItsRuleAndIsGivenUp() {
    Vmm vmm = new Vmm(Rules.STRICT.with(Rules.hold(2, RetryRule.GIVE_UP)), iommu);
    whilePreparing(vmm, Vmm.asking(3, 4, Shareability.PRIVATE));

    assertEquals(
        Optional.of(Reply.Answer.DONE),
        vmm.coordinator().answer(0, Vmm.asking(0, 4, Shareability.PRIVATE)));

    assertEquals(2, vmm.pauses().size());
    assertEquals(
        List.of(
            new Settlement.GaveUp(Settlement.Obstacle.needsTime("the wish of vCPU 0"), 3),
            Settlement.FULFILLED),
        settlements(vmm));
    assertEquals("PPPPSSSSSSSSSSSS", vmm.world().states());
    verify(iommu, times(1)).prepare(any());
  }

  @Test
  void overlappingWishIsAnsweredRetryIfTheRuleSaysSo() {
    Vmm vmm = new Vmm(Rules.STRICT.with(RetryRule.ANSWER_RETRY), iommu);
    whilePreparing(vmm, Vmm.asking(0, 1, Shareability.SHARED));

    vmm.coordinator().answer(0, Vmm.asking(0, 4, Shareability.PRIVATE));

    assertEquals(List.of(Optional.of(Reply.Answer.RETRY)), second);
  }

  @Test
  void disjointWishDoesNotWait() {
    Vmm vmm = new Vmm(Rules.STRICT.with(Rules.hold(2, RetryRule.GIVE_UP)), iommu);
    whilePreparing(vmm, Vmm.asking(4, 4, Shareability.PRIVATE));

    vmm.coordinator().answer(0, Vmm.asking(0, 4, Shareability.PRIVATE));

    assertEquals(List.of(Optional.of(Reply.Answer.DONE)), second);
    assertEquals(List.of(), vmm.pauses());
    assertEquals("PPPPPPPPSSSSSSSS", vmm.world().states());
  }

  @Test
  void wishIsOverOnceItIsSettled() {
    Vmm vmm = new Vmm(Rules.STRICT, iommu);
    vmm.coordinator().answer(0, Vmm.asking(0, 4, Shareability.PRIVATE));

    assertEquals(
        Optional.of(Reply.Answer.DONE),
        vmm.coordinator().answer(1, Vmm.asking(2, 4, Shareability.SHARED)));
  }

  @Test
  void wishIsOverWhenAParticipantThrows() {
    Vmm vmm = new Vmm(Rules.STRICT, iommu);
    doAnswer(
            call -> {
              throw new UnsupportedOperationException("bug");
            })
        .when(iommu)
        .prepare(any());
    assertThrows(
        UnsupportedOperationException.class,
        () -> vmm.coordinator().answer(0, Vmm.asking(0, 4, Shareability.PRIVATE)));
    doReturn(Preparation.READY).when(iommu).prepare(any());

    assertEquals(
        Optional.of(Reply.Answer.DONE),
        vmm.coordinator().answer(1, Vmm.asking(0, 4, Shareability.PRIVATE)));
  }

  /** Lets vCPU 1 leave with an exit while the participant prepares for the first time. */
  private void whilePreparing(Vmm vmm, Exit exit) {
    doAnswer(
            call -> {
              doReturn(Preparation.READY).when(iommu).prepare(any());
              second.add(vmm.coordinator().answer(1, exit));
              return Preparation.READY;
            })
        .when(iommu)
        .prepare(any());
  }

  private static List<Settlement> settlements(Vmm vmm) {
    List<Settlement> settlements = new ArrayList<>();
    for (RoadEvent event : vmm.events()) {
      if (event instanceof RoadEvent.WishSettled settled) {
        settlements.add(settled.settlement());
      }
    }
    return settlements;
  }
}
