package io.github.gmem4j.policy.tdx;

import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.policy.tdx.guest.FirmwareGuest;
import io.github.gmem4j.policy.tdx.guest.LinuxGuest;
import io.github.gmem4j.policy.tdx.guest.OpenHclGuest;
import io.github.gmem4j.policy.tdx.sept.DeviceAssignment;
import io.github.gmem4j.policy.tdx.tdcall.GuestAddressWidth;
import java.util.Arrays;
import java.util.Optional;

/** Which guest software asks for conversions, and so how it takes the answers. */
public enum GuestFlavour {
  /** Linux 7.3: gives up at the third RETRY without progress, distrusts R11. */
  LINUX("linux"),
  /** EDK2 firmware (TDVF) as of 2026: one call per page-table entry, retries as Linux does. */
  EDK2("edk2"),
  /** EDK2 firmware that takes RETRY for success and never calls again. */
  OLD_TDVF("old-tdvf"),
  /** OpenHCL: retries without bound and believes R11. */
  OPENHCL("openhcl");

  private final String title;

  GuestFlavour(String title) {
    this.title = title;
  }

  /** Returns its name in {@link TdxPolicy#guests}. */
  public String title() {
    return title;
  }

  /** Returns the guest software of a name; empty if there is none. */
  public static Optional<GuestFlavour> named(String title) {
    return Arrays.stream(values()).filter(flavour -> flavour.title.equals(title)).findFirst();
  }

  GuestKernel kernel(GuestAddressWidth width, DeviceAssignment devices) {
    return switch (this) {
      case LINUX -> new LinuxGuest(width, devices);
      case EDK2 -> new FirmwareGuest(width, FirmwareGuest.RetryReading.CALL_AGAIN);
      case OLD_TDVF -> new FirmwareGuest(width, FirmwareGuest.RetryReading.SUCCESS);
      case OPENHCL -> new OpenHclGuest(width);
    };
  }
}
