package io.github.gmem4j.core.vm;

import io.github.gmem4j.api.policy.ConversionPolicy;
import org.jspecify.annotations.Nullable;

/** Checks what comes back from a policy: an unstubbed mock answers null. */
public final class Answered {
  private Answered() {}

  /**
   * Passes an answer on.
   *
   * @throws IllegalStateException if it is null; names the policy and the method
   */
  public static <T> T by(ConversionPolicy policy, String method, @Nullable T answer) {
    if (answer == null) {
      throw new IllegalStateException(
          "policy '" + policy.traits().name() + "' returned null from " + method);
    }
    return answer;
  }
}
