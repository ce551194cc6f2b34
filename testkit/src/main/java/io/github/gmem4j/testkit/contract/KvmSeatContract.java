package io.github.gmem4j.testkit.contract;

import io.github.gmem4j.testkit.rule.Rule;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the KVM seat must do: K1 to K7. */
public interface KvmSeatContract extends PolicyUnderTest {
  /** Checks K1. */
  @Test
  @DisplayName("K1: an unknown call returns")
  default void k1_anUnknownCallReturns() {
    Judging.judge(Rule.K1, () -> KvmChecks.anUnknownCallReturns(this));
  }

  /** Checks K2. */
  @Test
  @DisplayName("K2: every reply is answered at re-entry")
  default void k2_everyReplyIsAnswered() {
    Judging.judge(Rule.K2, () -> KvmChecks.everyReplyIsAnswered(this));
  }

  /** Checks K3. */
  @Test
  @DisplayName("K3: a failed re-entry keeps the call or says that it is lost")
  default void k3_aFailedReentryKeepsTheCall() {
    Judging.judge(Rule.K3, () -> KvmChecks.aFailedReentryKeepsTheCall(this));
  }

  /** Checks K4. */
  @Test
  @DisplayName("K4: only exits that are enabled")
  default void k4_onlyEnabledExits() {
    Judging.judge(Rule.K4, () -> KvmChecks.onlyEnabledExits(this));
  }

  /** Checks K5. */
  @Test
  @DisplayName("K5: a fault completes no call")
  default void k5_aFaultCompletesNoCall() {
    Judging.judge(Rule.K5, () -> KvmChecks.aFaultCompletesNoCall(this));
  }

  /** Checks K6. */
  @Test
  @DisplayName("K6: what cannot be served leaves run()")
  default void k6_whatCannotBeServedLeaves() {
    Judging.judge(Rule.K6, () -> KvmChecks.whatCannotBeServedLeaves(this));
  }

  /** Checks K7. */
  @Test
  @DisplayName("K7: a call that is always fulfilled returns")
  default void k7_aFulfilledCallReturns() {
    Judging.judge(Rule.K7, () -> KvmChecks.aFulfilledCallReturns(this));
  }
}
