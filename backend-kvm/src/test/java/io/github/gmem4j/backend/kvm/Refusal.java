package io.github.gmem4j.backend.kvm;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.KernelResult;

/** Looks at what the kernel refused. */
public final class Refusal {
  private Refusal() {}

  /** Returns the errno of a call that must have failed. */
  public static Errno errno(KernelResult<?> result) {
    return assertInstanceOf(KernelResult.Failed.class, result).errno();
  }

  /** Returns the reason of a call that must have failed. */
  public static String reason(KernelResult<?> result) {
    return assertInstanceOf(KernelResult.Failed.class, result).reason();
  }
}
