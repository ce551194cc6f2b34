package io.github.gmem4j.policy.snp.kvm;

import io.github.gmem4j.policy.snp.ghcb.ExitInfo.Malformation;
import io.github.gmem4j.policy.snp.ghcb.Ghcb;
import io.github.gmem4j.policy.snp.ghcb.GhcbField;
import io.github.gmem4j.policy.snp.ghcb.VmgExit;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * What KVM checks, in its order, before it looks at which event a GHCB holds: only events that
 * belong to SNP are told from others before it looks for the fields, and an event that does not
 * exist lacks the same fields as any.
 *
 * <p>Source: Linux 7.3 {@code sev_handle_vmgexit} and {@code sev_es_are_required_ghcb_fields_valid}
 * of {@code arch/x86/kvm/svm/sev.c}.
 */
final class GhcbChecks {
  private static final Set<GhcbField> OF_EVERY_EVENT =
      EnumSet.of(GhcbField.EXIT_CODE, GhcbField.EXIT_INFO_1, GhcbField.EXIT_INFO_2);

  /** MMIO read and write, and the page state change. */
  private static final Set<Long> WITH_SCRATCH_AREA =
      Set.of(0x8000_0001L, 0x8000_0002L, Ghcb.PAGE_STATE_CHANGE);

  /** The page state change, two guest requests, and the creation of a vCPU. */
  private static final Set<Long> OF_SNP_ONLY =
      Set.of(Ghcb.PAGE_STATE_CHANGE, 0x8000_0011L, 0x8000_0012L, 0x8000_0013L);

  private GhcbChecks() {}

  /** Returns what is wrong with a GHCB; empty if KVM goes on to its event. */
  static Optional<Malformation> malformation(SevGuest guest, VmgExit.Event call) {
    Ghcb ghcb = call.ghcb();
    if (guest == SevGuest.SNP && !call.registered().equals(ghcb.gpa())) {
      return Optional.of(Malformation.NOT_REGISTERED);
    }
    if (ghcb.usage() != 0) {
      return Optional.of(Malformation.INVALID_USAGE);
    }
    if (guest != SevGuest.SNP && OF_SNP_ONLY.contains(ghcb.exitCode())) {
      return Optional.of(Malformation.INVALID_EVENT);
    }
    return hasRequiredFields(ghcb) ? Optional.empty() : Optional.of(Malformation.MISSING_INPUT);
  }

  private static boolean hasRequiredFields(Ghcb ghcb) {
    return ghcb.valid().containsAll(OF_EVERY_EVENT)
        && (!WITH_SCRATCH_AREA.contains(ghcb.exitCode())
            || ghcb.valid().contains(GhcbField.SCRATCH));
  }
}
