package io.github.gmem4j.testkit.contract;

import io.github.gmem4j.testkit.rule.Rule;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the guest's kernel must do: G1 to G3. */
public interface GuestKernelContract extends PolicyUnderTest {
  /** Checks G1. */
  @Test
  @DisplayName("G1: every range has a first move")
  default void g1_everyRangeHasAFirstMove() {
    Judging.judge(Rule.G1, () -> GuestChecks.everyRangeHasAFirstMove(this));
  }

  /** Checks G2. */
  @Test
  @DisplayName("G2: a request ends")
  default void g2_aRequestEnds() {
    Judging.judgeTogether(
        Rule.G2,
        this,
        () -> {
          GuestChecks.constantAnswersEnd(this);
          Stories.aRefusedRequestEnds(this);
        });
  }

  /** Checks G3. */
  @Test
  @DisplayName("G3: after done the guest can touch its pages")
  default void g3_afterDoneTheGuestCanTouchItsPages() {
    Judging.judgeTogether(Rule.G3, this, () -> Stories.roundTrip(this, policy()));
  }
}
