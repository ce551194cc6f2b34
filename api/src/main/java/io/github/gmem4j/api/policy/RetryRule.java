package io.github.gmem4j.api.policy;

import java.time.Duration;

/** What to do when a conversion cannot happen yet. Carried out by the coordinator. */
public sealed interface RetryRule {
  /**
   * Hold the vCPU in the VMM, wait, try again; then go on with another rule.
   *
   * @param pause how long to wait before each new try, unless a participant asks for more
   * @param attempts how many new tries, at least 1
   * @param then the rule once they are used up
   */
  record Hold(Duration pause, int attempts, RetryRule then) implements RetryRule {
    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if {@code pause} is negative or {@code attempts} below 1
     */
    public Hold {
      if (pause.isNegative() || attempts < 1) {
        throw new IllegalArgumentException("cannot hold " + attempts + " times for " + pause);
      }
    }
  }

  /** Let the guest ask again: settle as {@link Settlement.RetryLater}. */
  record AnswerRetry() implements RetryRule {}

  /** Settle as {@link Settlement.GaveUp}. */
  record GiveUp() implements RetryRule {}

  /** The one value of {@link AnswerRetry}. */
  AnswerRetry ANSWER_RETRY = new AnswerRetry();

  /** The one value of {@link GiveUp}. */
  GiveUp GIVE_UP = new GiveUp();
}
