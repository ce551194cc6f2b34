package io.github.gmem4j.testkit.rule;

import java.util.function.Supplier;

/** A rule of the SPI was broken, by the one who implements it or by the one who calls. */
public final class RuleBroken extends AssertionError {
  private static final long serialVersionUID = 1L;

  private final Rule rule;

  /**
   * Creates the error.
   *
   * @param rule which rule
   * @param what what happened, with the offending values
   */
  public RuleBroken(Rule rule, String what) {
    super(rule.name() + " (" + rule.title() + "): " + what);
    this.rule = rule;
  }

  /**
   * Creates the error for something that was thrown.
   *
   * @param rule which rule
   * @param what what happened, with the offending values
   * @param cause what was thrown
   */
  public RuleBroken(Rule rule, String what, Throwable cause) {
    super(rule.name() + " (" + rule.title() + "): " + what, cause);
    this.rule = rule;
  }

  /** Returns the rule. */
  public Rule rule() {
    return rule;
  }

  /**
   * Fails unless something holds.
   *
   * @param holds whether it does
   * @param rule the rule that demands it
   * @param what what happened, with the offending values
   * @throws RuleBroken if it does not hold
   */
  public static void unless(boolean holds, Rule rule, Object what) {
    if (!holds) {
      throw new RuleBroken(rule, String.valueOf(what));
    }
  }

  /**
   * Fails unless something holds.
   *
   * @param holds whether it does
   * @param rule the rule that demands it
   * @param what says what happened; asked only if it does not hold
   * @throws RuleBroken if it does not hold
   */
  public static void unless(boolean holds, Rule rule, Supplier<String> what) {
    if (!holds) {
      throw new RuleBroken(rule, what.get());
    }
  }
}
