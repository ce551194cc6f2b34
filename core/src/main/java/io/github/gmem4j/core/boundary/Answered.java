package io.github.gmem4j.core.boundary;

import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.policy.PolicyTraits;
import org.jspecify.annotations.Nullable;

/** Checks what comes back from user code: an unstubbed mock answers null. */
public final class Answered {
  private Answered() {}

  /**
   * Passes a policy's answer on.
   *
   * @throws IllegalStateException if it is null; names the policy and the method
   */
  public static <T> T by(ConversionPolicy policy, String method, @Nullable T answer) {
    if (answer == null) {
      PolicyTraits traits = policy.traits();
      String name = traits == null ? policy.getClass().getName() : traits.name();
      throw missing("policy '" + name + "'", method);
    }
    return answer;
  }

  /**
   * Passes the answer of somebody else on.
   *
   * @param who who answered, as it should stand in the message
   * @throws IllegalStateException if it is null; names who answered and the method
   */
  public static <T> T by(String who, String method, @Nullable T answer) {
    if (answer == null) {
      throw missing(who, method);
    }
    return answer;
  }

  private static IllegalStateException missing(String who, String method) {
    return new IllegalStateException(who + " returned null from " + method);
  }
}
