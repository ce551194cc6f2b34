package io.github.gmem4j.cli.comparing;

import io.github.gmem4j.api.policy.PolicyTraits;
import io.github.gmem4j.cli.playing.Played;

/** What came of a story under one policy. */
public sealed interface Row {
  /**
   * It was played.
   *
   * @param traits the policy
   * @param played what happened
   * @param tally what was counted
   */
  record Told(PolicyTraits traits, Played played, Tally tally) implements Row {}

  /**
   * It cannot be played.
   *
   * @param traits the policy
   * @param reason one sentence that says why
   */
  record Untold(PolicyTraits traits, String reason) implements Row {}

  /** Returns the policy. */
  PolicyTraits traits();

  /** Tells whether no expectation of the story failed. */
  default boolean isGood() {
    return switch (this) {
      case Told told -> told.played().isGood();
      case Untold untold -> true;
    };
  }
}
