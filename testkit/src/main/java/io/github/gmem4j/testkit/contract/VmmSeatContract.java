package io.github.gmem4j.testkit.contract;

import io.github.gmem4j.testkit.rule.Rule;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the VMM seat must do: V1 to V6. */
public interface VmmSeatContract extends PolicyUnderTest {
  /** Checks V1. */
  @Test
  @DisplayName("V1: every exit is read")
  default void v1_everyExitIsRead() {
    Judging.judge(Rule.V1, () -> VmmChecks.everyExitIsRead(this));
  }

  /** Checks V2. */
  @Test
  @DisplayName("V2: a wish asks for what its exit says")
  default void v2_aWishAsksForWhatItsExitSays() {
    Judging.judge(Rule.V2, () -> VmmChecks.aWishAsksForWhatItsExitSays(this));
  }

  /** Checks V3. */
  @Test
  @DisplayName("V3: a retry rule ends")
  default void v3_retryRulesEnd() {
    Judging.judge(Rule.V3, () -> VmmChecks.retryRulesEnd(this));
  }

  /** Checks V4. */
  @Test
  @DisplayName("V4: every settlement is put into a reply")
  default void v4_everySettlementIsPutIntoAReply() {
    Judging.judge(Rule.V4, () -> VmmChecks.everySettlementIsPutIntoAReply(this));
  }

  /** Checks V5. */
  @Test
  @DisplayName("V5: the KVM seat accepts the reply")
  default void v5_theKvmSeatAcceptsTheReply() {
    Judging.judge(Rule.V5, () -> VmmChecks.theKvmSeatAcceptsTheReply(this));
  }

  /** Checks V6. */
  @Test
  @DisplayName("V6: done is said of what is done")
  default void v6_doneIsSaidOfWhatIsDone() {
    Judging.judge(Rule.V6, () -> VmmChecks.doneIsSaidOfWhatIsDone(this));
  }
}
