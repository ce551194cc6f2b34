package io.github.gmem4j.core.boundary;

import org.jspecify.annotations.Nullable;

/** What is thrown while several things must be done whatever happens to one of them. */
public final class Thrown {
  private Thrown() {}

  /** Returns the first of two, with the later one as suppressed. */
  public static Throwable together(@Nullable Throwable first, Throwable later) {
    if (first == null) {
      return later;
    }
    if (!first.equals(later)) {
      first.addSuppressed(later);
    }
    return first;
  }

  /** Throws it, if there is one. */
  public static void rethrow(@Nullable Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    if (thrown instanceof RuntimeException exception) {
      throw exception;
    }
    if (thrown != null) {
      throw new IllegalStateException("a checked exception came through", thrown);
    }
  }
}
