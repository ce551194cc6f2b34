package io.github.gmem4j.policy.snp.kvm;

import io.github.gmem4j.api.policy.VcpuView;
import io.github.gmem4j.policy.snp.ghcb.ExitInfo;
import io.github.gmem4j.policy.snp.ghcb.ExitInfo.Malformation;
import io.github.gmem4j.policy.snp.ghcb.Ghcb;
import io.github.gmem4j.policy.snp.ghcb.GhcbField;
import io.github.gmem4j.policy.snp.ghcb.VmgExit;
import java.util.EnumSet;
import java.util.Optional;

/**
 * What KVM checks, in its order, before it looks at the first entry of a page state change. The
 * header is bounded by the buffer that is really there, not by the largest there can be.
 *
 * <p>Source: Linux 7.3 {@code arch/x86/kvm/svm/sev.c}.
 */
final class GhcbChecks {
  private GhcbChecks() {}

  /** Returns the answer to a call that goes no further; empty if there is something to do. */
  static Optional<ExitInfo> verdict(SevGuest guest, VcpuView vcpu, VmgExit.Event call) {
    return malformation(guest, call)
        .map(ExitInfo::malformed)
        .or(() -> verdictOnHeader(vcpu, call.ghcb()));
  }

  private static Optional<Malformation> malformation(SevGuest guest, VmgExit.Event call) {
    Ghcb ghcb = call.ghcb();
    if (guest == SevGuest.SNP && !call.registered().equals(ghcb.gpa())) {
      return Optional.of(Malformation.NOT_REGISTERED);
    }
    if (ghcb.usage() != 0) {
      return Optional.of(Malformation.INVALID_USAGE);
    }
    if (guest != SevGuest.SNP || ghcb.exitCode() != Ghcb.PAGE_STATE_CHANGE) {
      return Optional.of(Malformation.INVALID_EVENT);
    }
    if (!ghcb.valid().containsAll(EnumSet.allOf(GhcbField.class))) {
      return Optional.of(Malformation.MISSING_INPUT);
    }
    return ghcb.isScratchUsable()
        ? Optional.empty()
        : Optional.of(Malformation.INVALID_SCRATCH_AREA);
  }

  private static Optional<ExitInfo> verdictOnHeader(VcpuView vcpu, Ghcb ghcb) {
    if (!vcpu.mapGpaExits()) {
      return Optional.of(ExitInfo.FAILED);
    }
    if (ghcb.buffer().header().endEntry() >= ghcb.capacity()) {
      return Optional.of(ExitInfo.INVALID_HEADER);
    }
    return ghcb.buffer().header().isDone() ? Optional.of(ExitInfo.NONE) : Optional.empty();
  }
}
