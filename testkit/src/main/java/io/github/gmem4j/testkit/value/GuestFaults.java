package io.github.gmem4j.testkit.value;

import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.GuestFault;
import io.github.gmem4j.api.policy.GuestFault.Cause;
import io.github.gmem4j.api.vm.Gfn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes {@link GuestFault}s. */
public final class GuestFaults {
  private GuestFaults() {}

  /** Returns the fault of an access whose kind is not the page's. */
  public static GuestFault mismatch(Gfn gfn, Shareability access) {
    return GuestFault.of(gfn, access, Cause.MISMATCH);
  }

  /**
   * Returns a fault of each cause and access, but none of a withheld page: only a policy knows the
   * marks it leaves.
   */
  public static List<GuestFault> ofEachCause(Gfn gfn) {
    List<GuestFault> all = new ArrayList<>();
    for (Cause cause : Cause.values()) {
      for (Shareability access : Shareability.values()) {
        if (cause != Cause.WITHHELD) {
          all.add(GuestFault.of(gfn, access, cause));
        }
      }
    }
    all.add(
        new GuestFault(
            gfn,
            Shareability.PRIVATE,
            Cause.MISMATCH,
            Optional.of(ByteOffset.ZERO),
            Optional.empty()));
    return List.copyOf(all);
  }
}
