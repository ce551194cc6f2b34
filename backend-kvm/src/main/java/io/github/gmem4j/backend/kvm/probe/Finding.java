package io.github.gmem4j.backend.kvm.probe;

import io.github.gmem4j.api.memory.KernelResult;

/** What came of trying something on a real host. */
public sealed interface Finding {
  /** It worked. */
  record Works() implements Finding {}

  /**
   * It did not.
   *
   * @param reason one sentence, without a full stop
   */
  record Fails(String reason) implements Finding {}

  /**
   * It needs something that did not work.
   *
   * @param missing what it needs
   */
  record NotTried(String missing) implements Finding {}

  /** Tells whether it worked. */
  default boolean works() {
    return this instanceof Works;
  }

  /** Returns what a call's result says. */
  static Finding of(KernelResult<?> result) {
    return switch (result) {
      case KernelResult.Ok<?> ok -> new Works();
      case KernelResult.Failed<?> failed -> new Fails(failed.errno() + ": " + failed.reason());
    };
  }
}
