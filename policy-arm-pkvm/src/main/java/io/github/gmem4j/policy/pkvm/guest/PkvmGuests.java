package io.github.gmem4j.policy.pkvm.guest;

import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.policy.pkvm.hvc.HvcProfile;

/** The guest kernels, by what EL2 offers them. */
public final class PkvmGuests {
  private PkvmGuests() {}

  /** Returns the guest kernel that goes with a profile. */
  public static GuestKernel of(HvcProfile profile) {
    return switch (profile) {
      case MAINLINE -> new LinuxGuest();
      case ANDROID -> new AndroidGuest();
    };
  }
}
