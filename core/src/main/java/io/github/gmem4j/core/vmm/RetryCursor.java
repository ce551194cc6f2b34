package io.github.gmem4j.core.vmm;

import io.github.gmem4j.api.policy.RetryRule;
import java.time.Duration;
import java.util.Optional;

/** Where one wish is in its policy's retry rule. */
final class RetryCursor {
  private RetryRule rule;
  private int usedOfRule;
  private int attempts;

  RetryCursor(RetryRule rule) {
    this.rule = rule;
  }

  /** Returns how many tries there were. */
  int attempts() {
    return attempts;
  }

  /** Tells whether the guest is to be told to ask again, rather than that it failed. */
  boolean endsInRetry() {
    return rule instanceof RetryRule.AnswerRetry;
  }

  /**
   * Notes that a try failed; returns how long to wait before the next, or empty if there is none.
   */
  Optional<Duration> afterFailedTry() {
    attempts++;
    while (rule instanceof RetryRule.Hold hold) {
      if (usedOfRule < hold.attempts()) {
        usedOfRule++;
        return Optional.of(hold.pause());
      }
      rule = hold.then();
      usedOfRule = 0;
    }
    return Optional.empty();
  }
}
