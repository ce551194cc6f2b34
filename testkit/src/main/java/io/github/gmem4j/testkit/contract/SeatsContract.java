package io.github.gmem4j.testkit.contract;

import io.github.gmem4j.testkit.rule.Rule;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What all seats of a policy have in common: P1 to P7. */
public interface SeatsContract extends PolicyUnderTest {
  /** Checks P1. */
  @Test
  @DisplayName("P1: no method answers null")
  default void p1_answersAreNeverNull() {
    Judging.judge(Rule.P1, () -> SeatChecks.answersAreNeverNull(this));
  }

  /** Checks P2. */
  @Test
  @DisplayName("P2: traits and seats are the same at every call")
  default void p2_partsAreTheSameAtEveryCall() {
    Judging.judge(Rule.P2, () -> SeatChecks.partsAreTheSameAtEveryCall(this));
  }

  /** Checks P3. */
  @Test
  @DisplayName("P3: equal arguments give equal answers")
  default void p3_equalArgumentsGiveEqualAnswers() {
    Judging.judge(Rule.P3, () -> SeatChecks.equalArgumentsGiveEqualAnswers(this));
  }

  /** Checks P4. */
  @Test
  @DisplayName("P4: pending state and progress are immutable, with value equality")
  default void p4_memoryIsImmutable() {
    Judging.judge(Rule.P4, () -> SeatChecks.memoryIsImmutable(this));
  }

  /** Checks P5. */
  @Test
  @DisplayName("P5: a policy does not throw")
  default void p5_nothingIsThrown() {
    Judging.judge(Rule.P5, () -> SeatChecks.nothingIsThrown(this));
  }

  /** Checks P6. */
  @Test
  @DisplayName("P6: the platforms of two VMs share no state")
  default void p6_twoVmsShareNoState() {
    Judging.judge(Rule.P6, () -> PlatformChecks.twoVmsShareNoState(this));
  }

  /** Checks P7. */
  @Test
  @DisplayName("P7: the traits are true")
  default void p7_traitsAreTrue() {
    Judging.judge(Rule.P7, () -> SeatChecks.traitsAreTrue(this));
  }
}
