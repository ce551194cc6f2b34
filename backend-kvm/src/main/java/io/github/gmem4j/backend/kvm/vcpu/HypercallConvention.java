package io.github.gmem4j.backend.kvm.vcpu;

import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.guest.GuestResult;

/**
 * How a policy's calls stand in the registers of a real vCPU. Whoever brings a policy to this
 * backend brings one. Pure functions.
 */
public interface HypercallConvention {
  /**
   * Returns a call's registers.
   *
   * @throws IllegalArgumentException if it is not one of this convention's
   */
  HypercallRegisters registers(GuestCall call);

  /** Returns what a call yielded, from the value that RAX has afterwards. */
  GuestResult result(long rax);
}
