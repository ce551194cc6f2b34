package io.github.gmem4j.policy.tdx.tdcall;

import io.github.gmem4j.api.guest.GuestResult;

/**
 * What a {@link VmCall} left in the guest's registers.
 *
 * @param status R10
 * @param r11 R11: of a MapGPA that did not succeed, the first address not converted, with the
 *     request's SHARED bit; otherwise without meaning
 */
public record VmCallResult(VmCallStatus status, long r11) implements GuestResult {
  @Override
  public String toString() {
    return status + ", R11 0x" + Long.toHexString(r11);
  }
}
