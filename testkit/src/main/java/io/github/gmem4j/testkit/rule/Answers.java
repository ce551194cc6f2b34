package io.github.gmem4j.testkit.rule;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Asks code under test and checks that it answers: no null, no exception. */
public final class Answers {
  private Answers() {}

  /**
   * Asks a policy.
   *
   * @param method what is called, as it should stand in the message
   * @param call calls it
   * @throws RuleBroken with P1 if the answer is null, with P5 if there is an exception instead
   */
  public static <T> T ofPolicy(String method, Supplier<? extends @Nullable T> call) {
    return of(method, call, Rule.P1, Rule.P5);
  }

  /**
   * Asks somebody.
   *
   * @param method what is called, as it should stand in the message
   * @param call calls it
   * @param nothing the rule that a null breaks
   * @param thrown the rule that an exception breaks
   * @throws RuleBroken if there is no answer
   */
  public static <T> T of(
      String method, Supplier<? extends @Nullable T> call, Rule nothing, Rule thrown) {
    T answer;
    try {
      answer = call.get();
    } catch (RuntimeException e) {
      throw new RuleBroken(thrown, method + " threw " + e, e);
    }
    if (answer == null) {
      throw new RuleBroken(nothing, method + " answered null");
    }
    return answer;
  }

  /**
   * Tells somebody something.
   *
   * @param method what is called, as it should stand in the message
   * @param call calls it
   * @param thrown the rule that an exception breaks
   * @throws RuleBroken if there is an exception
   */
  public static void told(String method, Runnable call, Rule thrown) {
    try {
      call.run();
    } catch (RuntimeException e) {
      throw new RuleBroken(thrown, method + " threw " + e, e);
    }
  }
}
