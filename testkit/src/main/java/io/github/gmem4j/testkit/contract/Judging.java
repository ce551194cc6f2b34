package io.github.gmem4j.testkit.contract;

import io.github.gmem4j.testkit.rule.Rule;
import io.github.gmem4j.testkit.rule.RuleBroken;
import org.junit.jupiter.api.Assumptions;
import org.opentest4j.TestAbortedException;

/**
 * Makes each test fail for its own rule only: where another rule is broken, the test that judges
 * that one fails and this one is skipped, so that a failure points at its cause.
 */
final class Judging {
  private Judging() {}

  /** Judges a rule by a check of one part. */
  static void judge(Rule rule, Runnable check) {
    try {
      check.run();
    } catch (RuleBroken broken) {
      if (broken.rule() == rule) {
        throw broken;
      }
      Assumptions.abort("not judged, since another rule is broken: " + broken.getMessage());
    }
  }

  /** Judges a rule by a story in which all parts play. */
  static void judgeTogether(Rule rule, PolicyUnderTest subject, Runnable story) {
    judge(
        rule,
        () -> {
          try {
            story.run();
          } catch (RuleBroken broken) {
            if (broken.rule() == rule) {
              throw PartChecks.firstBroken(subject).orElse(broken);
            }
            throw broken;
          }
        });
  }

  /** Skips a test with a reason. */
  static void needs(boolean capability, String whyNot) {
    Assumptions.assumeTrue(capability, whyNot);
  }

  /** Tells whether a check was skipped. */
  static boolean isSkipped(Runnable check) {
    try {
      check.run();
      return false;
    } catch (TestAbortedException e) {
      return true;
    }
  }
}
