package io.github.gmem4j.api.policy;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Objects;

/** What to do when a conversion cannot happen yet. Carried out by the coordinator. */
public sealed interface RetryRule {
  /**
   * Hold the vCPU in the VMM, wait, try again; then go on with another rule.
   *
   * @param pause how long to wait before each new try, unless a participant asks for more; what it
   *     gets more counts against {@link #longest}
   * @param attempts how many new tries, at least 1
   * @param then the rule once they are used up
   */
  record Hold(Duration pause, int attempts, RetryRule then) implements RetryRule {
    /** The longest time that a rule and those after it may hold a vCPU: 292 years. */
    public static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

    /**
     * Checks the numbers.
     *
     * @throws NullPointerException if {@code pause} or {@code then} is null
     * @throws IllegalArgumentException if {@code pause} is negative, {@code attempts} below 1, or
     *     the whole rule holds for more than {@link #LONGEST}
     */
    public Hold {
      Objects.requireNonNull(pause, "pause");
      Objects.requireNonNull(then, "then: the rule once the attempts are used up");
      if (pause.isNegative() || attempts < 1) {
        throw new IllegalArgumentException("cannot hold " + attempts + " times for " + pause);
      }
      BigDecimal nanos =
          nanos(pause).multiply(BigDecimal.valueOf(attempts)).add(nanos(then.longest()));
      if (nanos.compareTo(nanos(LONGEST)) > 0) {
        throw new IllegalArgumentException(
            "longer than anybody can wait: " + attempts + " times " + pause + ", then " + then);
      }
    }

    private static BigDecimal nanos(Duration duration) {
      return BigDecimal.valueOf(duration.getSeconds())
          .scaleByPowerOfTen(9)
          .add(BigDecimal.valueOf(duration.getNano()));
    }

    @Override
    public Duration longest() {
      return pause.multipliedBy(attempts).plus(then.longest());
    }
  }

  /** Let the guest ask again: settle as {@link Settlement.RetryLater}. */
  record AnswerRetry() implements RetryRule {
    @Override
    public Duration longest() {
      return Duration.ZERO;
    }
  }

  /** Settle as {@link Settlement.GaveUp}. */
  record GiveUp() implements RetryRule {
    @Override
    public Duration longest() {
      return Duration.ZERO;
    }
  }

  /**
   * Returns the longest time for which this rule and those after it hold a vCPU. It bounds every
   * wait, also one for which a participant asks.
   */
  Duration longest();

  /** The one value of {@link AnswerRetry}. */
  AnswerRetry ANSWER_RETRY = new AnswerRetry();

  /** The one value of {@link GiveUp}. */
  GiveUp GIVE_UP = new GiveUp();
}
