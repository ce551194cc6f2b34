package io.github.gmem4j.core.vmm;

import io.github.gmem4j.api.policy.RetryRule;
import java.time.Duration;
import java.util.Optional;

/**
 * Where one request is in its policy's retry rule. Immutable.
 *
 * @param rule the rule that holds now
 * @param used how many tries of it are used up
 * @param attempts how many tries there were in all
 * @param left what is left of the whole rule's time; a participant's hint is paid from it
 */
record Patience(RetryRule rule, int used, int attempts, Duration left) {
  /**
   * Another try is allowed.
   *
   * @param pause how long to wait before it
   * @param then the patience that is left
   */
  record NextTry(Duration pause, Patience then) {}

  static Patience of(RetryRule rule) {
    return new Patience(rule, 0, 0, rule.longest());
  }

  /** Notes that a try failed. */
  Patience afterFailedTry() {
    return new Patience(rule, used, attempts + 1, left);
  }

  /**
   * Says when the next try is, after one that failed.
   *
   * @param hint how long a participant says it needs
   * @return empty if there is none
   */
  Optional<NextTry> next(Duration hint) {
    RetryRule now = rule;
    int usedNow = used;
    while (now instanceof RetryRule.Hold hold) {
      boolean hasTime = hold.pause().isZero() || !left.isZero();
      if (usedNow < hold.attempts() && hasTime) {
        Duration wait = shorter(longer(hold.pause(), hint), left);
        return Optional.of(
            new NextTry(wait, new Patience(hold, usedNow + 1, attempts, left.minus(wait))));
      }
      now = hold.then();
      usedNow = 0;
    }
    return Optional.empty();
  }

  /** Tells whether the guest is to be told to ask again in the end, rather than that it failed. */
  boolean endsInRetry() {
    RetryRule last = rule;
    while (last instanceof RetryRule.Hold hold) {
      last = hold.then();
    }
    return last instanceof RetryRule.AnswerRetry;
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? other : one;
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
