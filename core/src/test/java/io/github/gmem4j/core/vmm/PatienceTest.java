package io.github.gmem4j.core.vmm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.participant.Preparation;
import io.github.gmem4j.api.policy.RetryRule;
import io.github.gmem4j.api.policy.Settlement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A participant's hints are paid from the whole rule's time. */
class PatienceTest {
  private static final Duration MS = Duration.ofMillis(1);

  private final Told balloon = new Told("balloon");

  private Vmm vmm(RetryRule rule, Duration hint) {
    balloon.onPrepare(conversion -> new Preparation.NeedsTime(hint));
    return new Vmm(Rules.STRICT.with(rule), balloon);
  }

  private static Duration total(Vmm vmm) {
    return vmm.pauses().stream().reduce(Duration.ZERO, Duration::plus);
  }

  @Test
  void hintOfADayIsCutToTheWholeRulesTime() {
    Vmm vmm = vmm(new RetryRule.Hold(MS, 200, RetryRule.GIVE_UP), Duration.ofDays(1));

    assertEquals(
        new Settlement.GaveUp(Settlement.Obstacle.needsTime("balloon"), 2), vmm.toPrivate(0, 1));

    assertEquals(List.of(MS.multipliedBy(200)), vmm.pauses());
  }

  @Test
  void longestHintThereIsIsCutToo() {
    Vmm vmm = vmm(new RetryRule.Hold(MS, 3, RetryRule.GIVE_UP), Preparation.NeedsTime.LONGEST_HINT);

    vmm.toPrivate(0, 1);

    assertEquals(MS.multipliedBy(3), total(vmm));
  }

  @Test
  void hintsAreNeverMoreInAllThanTheRule() {
    RetryRule rule =
        new RetryRule.Hold(
            MS, 7, new RetryRule.Hold(MS.multipliedBy(5), 2, RetryRule.ANSWER_RETRY));
    for (int hint = 0; hint < 30; hint++) {
      Vmm vmm = vmm(rule, MS.multipliedBy(hint));

      assertTrue(vmm.toPrivate(0, 1) instanceof Settlement.RetryLater);

      assertEquals(rule.longest(), total(vmm), "hint " + hint);
    }
  }

  @Test
  void ruleWithoutPausesTriesAsOftenAsItSaysAndGrantsNoTime() {
    Vmm vmm = vmm(new RetryRule.Hold(Duration.ZERO, 4, RetryRule.GIVE_UP), Duration.ofDays(1));

    assertEquals(
        new Settlement.GaveUp(Settlement.Obstacle.needsTime("balloon"), 5), vmm.toPrivate(0, 1));

    assertEquals(Duration.ZERO, total(vmm));
  }
}
