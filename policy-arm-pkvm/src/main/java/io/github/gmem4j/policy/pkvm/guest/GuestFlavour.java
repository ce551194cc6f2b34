package io.github.gmem4j.policy.pkvm.guest;

import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.policy.pkvm.hvc.HvcProfile;
import java.util.Arrays;
import java.util.Optional;

/** The guest kernels, by name. Either runs on either hypervisor. */
public enum GuestFlavour {
  /** {@link LinuxGuest}. */
  LINUX("linux"),
  /** {@link AndroidGuest}. */
  ANDROID("android");

  private final String title;

  GuestFlavour(String title) {
    this.title = title;
  }

  /** Returns the guest kernel that goes with a profile. */
  public static GuestFlavour of(HvcProfile profile) {
    return switch (profile) {
      case MAINLINE -> LINUX;
      case ANDROID -> ANDROID;
    };
  }

  /** Returns the flavour of a name, if there is one. */
  public static Optional<GuestFlavour> named(String name) {
    return Arrays.stream(values()).filter(flavour -> flavour.title.equals(name)).findFirst();
  }

  /** Returns the name. */
  public String title() {
    return title;
  }

  /** Returns how this guest kernel asks a hypervisor that knows these calls. */
  public GuestKernel on(HvcProfile profile) {
    return switch (this) {
      case LINUX -> new LinuxGuest();
      case ANDROID -> new AndroidGuest(profile);
    };
  }
}
