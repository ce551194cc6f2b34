package io.github.gmem4j.policy.pkvm.hvc;

import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.vm.Gpa;
import java.util.Optional;

/**
 * {@code HVC #0} with its registers as the guest wrote them: unsigned 64 bits each, unchecked.
 *
 * @param x0 the function; its lower 32 bits count
 * @param x1 the first argument, an address for the memory calls
 * @param x2 the second argument
 * @param x3 the third argument
 */
public record Hvc(long x0, long x1, long x2, long x3) implements GuestCall {
  /** Asks which functions exist. */
  public static Hvc features() {
    return of(FunctionId.FEATURES, 0, 0);
  }

  /** Asks for the size of a granule. */
  public static Hvc memInfo() {
    return of(FunctionId.HYP_MEMINFO, 0, 0);
  }

  /** Shares one page with the host. */
  public static Hvc share(Gpa page) {
    return of(FunctionId.MEM_SHARE, page.value(), 0);
  }

  /**
   * Shares pages with the host; only {@link HvcProfile#ANDROID} knows this.
   *
   * @param granules how many
   */
  public static Hvc share(Gpa first, long granules) {
    return of(FunctionId.MEM_SHARE, first.value(), granules);
  }

  /** Takes one page back. */
  public static Hvc unshare(Gpa page) {
    return of(FunctionId.MEM_UNSHARE, page.value(), 0);
  }

  /**
   * Takes pages back; only {@link HvcProfile#ANDROID} knows this.
   *
   * @param granules how many
   */
  public static Hvc unshare(Gpa first, long granules) {
    return of(FunctionId.MEM_UNSHARE, first.value(), granules);
  }

  /** Gives a page to the host for good; only {@link HvcProfile#ANDROID} knows this. */
  public static Hvc relinquish(Gpa page) {
    return of(FunctionId.MEM_RELINQUISH, page.value(), 0);
  }

  private static Hvc of(FunctionId function, long x1, long x2) {
    return new Hvc(function.register(), x1, x2, 0);
  }

  /** Returns the function that x0 names, if it is a known one. */
  public Optional<FunctionId> function() {
    return FunctionId.ofRegister(x0);
  }

  @Override
  public String toString() {
    return "HVC %s x1=0x%x x2=0x%x x3=0x%x"
        .formatted(
            function().map(Enum::name).orElseGet(() -> "0x" + Long.toHexString(x0)), x1, x2, x3);
  }
}
