package io.github.gmem4j.policy.tdx.guest;

import java.util.Optional;

/**
 * The retry loop around MapGPA that Linux and EDK2 share: R11 comes from a hypervisor they do not
 * trust, and a few answers that move nothing are a failure. Addresses carry the SHARED bit.
 *
 * <p>Source: Linux 7.3 {@code arch/x86/coco/tdx/tdx.c}.
 *
 * @param next where the next call begins
 * @param end one past the last byte
 * @param fruitless how many RETRYs in a row did not move {@code next}
 */
record CheckedRetries(long next, long end, int fruitless) {
  /** How many RETRYs without progress are a failure. */
  static final int LIMIT = 3;

  static CheckedRetries begin(long start, long length) {
    return new CheckedRetries(start, start + length, 0);
  }

  long length() {
    return end - next;
  }

  /** Returns the state after a RETRY, empty if the guest gives up. */
  Optional<CheckedRetries> afterRetry(long r11) {
    boolean inside = Long.compareUnsigned(r11, next) >= 0 && Long.compareUnsigned(r11, end) < 0;
    if (!inside) {
      return Optional.empty();
    }
    if (r11 != next) {
      return Optional.of(new CheckedRetries(r11, end, 0));
    }
    return fruitless + 1 < LIMIT
        ? Optional.of(new CheckedRetries(next, end, fruitless + 1))
        : Optional.empty();
  }
}
