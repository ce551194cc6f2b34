package io.github.gmem4j.policy.pkvm.hvc;

import java.util.Optional;

/**
 * What a hypercall answers in x0 when it answers with a code, and not with a value.
 *
 * <p>The memory calls of a protected VM use SUCCESS and INVALID_PARAMETER only: already shared, not
 * the guest's, poisoned and misaligned cannot be told apart. Source: Linux 7.3 {@code
 * include/linux/arm-smccc.h} and {@code arch/arm64/kvm/hyp/nvhe/pkvm.c}.
 */
public enum SmcccCode {
  /** Done. */
  SUCCESS(0),
  /** Nobody here knows this function. */
  NOT_SUPPORTED(-1),
  /** The function is known and there is nothing to do. */
  NOT_REQUIRED(-2),
  /** An argument, or the state of the page it names, does not allow it. */
  INVALID_PARAMETER(-3);

  private final long value;

  SmcccCode(long value) {
    this.value = value;
  }

  /** Returns the register's value. */
  public long value() {
    return value;
  }

  /** Returns the code that a register holds, if it holds one. */
  public static Optional<SmcccCode> of(long register) {
    for (SmcccCode code : values()) {
      if (code.value == register) {
        return Optional.of(code);
      }
    }
    return Optional.empty();
  }
}
