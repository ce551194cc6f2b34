package io.github.gmem4j.cli.comparing;

import io.github.gmem4j.api.policy.PolicyTraits;
import io.github.gmem4j.cli.playing.Finding;
import io.github.gmem4j.cli.playing.Played;
import java.util.ArrayList;
import java.util.List;

/** What came of a story under one policy. */
public sealed interface Row {
  /**
   * It was played.
   *
   * @param traits the policy
   * @param played what happened
   * @param tally what was counted
   */
  record Told(PolicyTraits traits, Played played, Tally tally) implements Row {
    /** Returns what is not good, each as a sentence. */
    List<String> problems() {
      List<String> problems = new ArrayList<>();
      for (Finding finding : played.verdict().findings()) {
        switch (finding) {
          case Finding.Endless endless -> problems.add(endless.sentence());
          case Finding.Exposed exposed -> problems.add(exposed.sentence());
          case Finding.Stopped stopped -> {}
          case Finding.Missed missed -> {}
        }
      }
      played.verdict().failures().forEach(failure -> problems.add("failed: " + failure));
      return problems;
    }
  }

  /**
   * It cannot be played.
   *
   * @param traits the policy
   * @param reason one sentence that says why
   */
  record Untold(PolicyTraits traits, String reason) implements Row {}

  /** Returns the policy. */
  PolicyTraits traits();

  /**
   * Tells whether no expectation of the story failed, the run has an end and nobody read what he
   * should not have. A VM that was stopped is part of what is compared, and so is that a policy
   * never comes to where something was to go wrong.
   */
  default boolean isGood() {
    return switch (this) {
      case Told told -> told.problems().isEmpty();
      case Untold untold -> true;
    };
  }
}
