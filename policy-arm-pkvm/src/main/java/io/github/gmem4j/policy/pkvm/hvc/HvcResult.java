package io.github.gmem4j.policy.pkvm.hvc;

import io.github.gmem4j.api.guest.GuestResult;
import java.util.Optional;

/**
 * What an {@link Hvc} left in the guest's registers.
 *
 * @param x0 a code or a value
 * @param x1 a second value; 0 if there is none
 * @param x2 a third value; 0 if there is none
 * @param x3 a fourth value; 0 if there is none
 */
public record HvcResult(long x0, long x1, long x2, long x3) implements GuestResult {
  /** SUCCESS and nothing else. */
  public static final HvcResult SUCCESS = of(SmcccCode.SUCCESS);

  /** INVALID_PARAMETER and nothing else. */
  public static final HvcResult INVALID_PARAMETER = of(SmcccCode.INVALID_PARAMETER);

  /** NOT_SUPPORTED and nothing else. */
  public static final HvcResult NOT_SUPPORTED = of(SmcccCode.NOT_SUPPORTED);

  /** Returns the result that is only a code. */
  public static HvcResult of(SmcccCode code) {
    return ofValue(code.value());
  }

  /** Returns the result that is only a value in x0. */
  public static HvcResult ofValue(long x0) {
    return new HvcResult(x0, 0, 0, 0);
  }

  /**
   * Returns the success of a call on a range.
   *
   * @param granules x1, how many are done
   */
  public static HvcResult successOf(long granules) {
    return new HvcResult(SmcccCode.SUCCESS.value(), granules, 0, 0);
  }

  /** Returns the code in x0, if it is one. */
  public Optional<SmcccCode> code() {
    return SmcccCode.of(x0);
  }

  /** Tells whether x0 is zero. */
  public boolean succeeded() {
    return x0 == SmcccCode.SUCCESS.value();
  }

  @Override
  public String toString() {
    String first = code().map(Enum::name).orElseGet(() -> "0x" + Long.toHexString(x0));
    return (x1 | x2 | x3) == 0
        ? "x0=" + first
        : "x0=%s x1=0x%x x2=0x%x x3=0x%x".formatted(first, x1, x2, x3);
  }
}
