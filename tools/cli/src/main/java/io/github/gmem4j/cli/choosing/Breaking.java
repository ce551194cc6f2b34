package io.github.gmem4j.cli.choosing;

import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.cli.scenario.InputException;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * Does something in which a policy has a hand. Anybody can install one; what it throws is told in a
 * sentence that names it and the place.
 */
public final class Breaking {
  private Breaking() {}

  /**
   * Returns what a deed yields.
   *
   * @param policy who is named if the deed throws
   * @throws InputException if it throws
   */
  public static <T> T at(ConversionPolicy policy, Supplier<T> deed) {
    try {
      return deed.get();
    } catch (InputException e) {
      throw e;
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
      throw new InputException("the policy " + policy.getClass().getName() + " " + sentence(e));
    }
  }

  /** Says what was thrown, and where. */
  public static String sentence(Throwable e) {
    return "breaks: "
        + e
        + Arrays.stream(e.getStackTrace()).findFirst().map(frame -> ", at " + frame).orElse("");
  }
}
