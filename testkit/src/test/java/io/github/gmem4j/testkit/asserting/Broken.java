package io.github.gmem4j.testkit.asserting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.testkit.rule.Rule;
import io.github.gmem4j.testkit.rule.RuleBroken;
import org.junit.jupiter.api.function.Executable;

/** Expects a rule to be broken. */
final class Broken {
  private Broken() {}

  static void by(Rule rule, Executable call) {
    RuleBroken broken = assertThrows(RuleBroken.class, call);
    assertEquals(rule, broken.rule(), broken.getMessage());
    String message = String.valueOf(broken.getMessage());
    assertTrue(message.startsWith(rule.name() + " "), message);
  }
}
