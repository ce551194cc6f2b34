package io.github.gmem4j.api.participant;

import java.time.Duration;
import java.util.Objects;

/** What a participant answers when a conversion is about to happen. */
public sealed interface Preparation {
  /** Prepared: commit will not fail. */
  record Ready() implements Preparation {}

  /**
   * Not now, but soon: the coordinator waits and asks again, as long as the policy's retry rule
   * allows. Nothing may be left half-prepared.
   *
   * @param hint how long it will probably take. The coordinator waits that long instead of the
   *     rule's pause, but never longer than what is left of {@link
   *     io.github.gmem4j.api.policy.RetryRule#longest}
   */
  record NeedsTime(Duration hint) implements Preparation {
    /** The longest hint: what a {@code long} of nanoseconds holds, 292 years. */
    public static final Duration LONGEST_HINT = Duration.ofNanos(Long.MAX_VALUE);

    /**
     * Checks the hint.
     *
     * @throws NullPointerException if {@code hint} is null
     * @throws IllegalArgumentException if {@code hint} is negative or above {@link #LONGEST_HINT}
     */
    public NeedsTime {
      Objects.requireNonNull(hint, "hint: how long it will take; ZERO if nobody knows");
      if (hint.isNegative() || hint.compareTo(LONGEST_HINT) > 0) {
        throw new IllegalArgumentException("not a time that one can wait: hint " + hint);
      }
    }
  }

  /**
   * No: the conversion does not happen and the guest is told so. Nothing may be left half-prepared.
   *
   * @param reason one sentence for the timeline
   */
  record Refused(String reason) implements Preparation {}

  /** The one value of {@link Ready}. */
  Ready READY = new Ready();
}
