package io.github.gmem4j.policy.snp.kvm;

import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.VcpuView;
import io.github.gmem4j.policy.snp.ghcb.ExitInfo;
import io.github.gmem4j.policy.snp.ghcb.ExitInfo.Malformation;
import io.github.gmem4j.policy.snp.ghcb.Ghcb;
import io.github.gmem4j.policy.snp.ghcb.VmgExit;
import io.github.gmem4j.policy.snp.ghcb.VmgExitResult;

/**
 * VMGEXIT with an event in a GHCB page. Three events are modelled: the page state change, the
 * hypervisor's features, the termination. What KVM serves besides (CPUID, MSR, MMIO, vCPUs,
 * attestation and the like) has nothing to do with memory and is answered like an event that does
 * not exist.
 *
 * <p>Source: Linux 7.3 {@code sev_handle_vmgexit}, {@code setup_vmgexit_scratch} and {@code
 * snp_begin_psc} of {@code arch/x86/kvm/svm/sev.c}.
 */
final class EventSteps {
  private EventSteps() {}

  static Step onEvent(SevGuest guest, VcpuView vcpu, VmgExit.Event call) {
    Ghcb ghcb = call.ghcb();
    return GhcbChecks.malformation(guest, call)
        .map(what -> malformed(what, ghcb))
        .orElseGet(() -> perform(vcpu, ghcb));
  }

  private static Step perform(VcpuView vcpu, Ghcb ghcb) {
    if (ghcb.exitCode() == Ghcb.PAGE_STATE_CHANGE) {
      return ghcb.isScratchUsable()
          ? pageStateChange(vcpu, ghcb)
          : malformed(Malformation.INVALID_SCRATCH_AREA, ghcb);
    }
    if (ghcb.exitCode() == Ghcb.HYPERVISOR_FEATURES) {
      return PscCursor.answer(ExitInfo.FEATURES, ghcb.buffer());
    }
    if (ghcb.exitCode() == Ghcb.TERMINATE) {
      return MsrSteps.terminate(
          ghcb.gpa().value(), new VmgExitResult.Event(ExitInfo.NONE, ghcb.buffer()));
    }
    return malformed(Malformation.INVALID_EVENT, ghcb);
  }

  /** The header is bounded by the buffer that is really there, not by the largest there can be. */
  private static Step pageStateChange(VcpuView vcpu, Ghcb ghcb) {
    if (!vcpu.mapGpaExits()) {
      return PscCursor.answer(ExitInfo.FAILED, ghcb.buffer());
    }
    if (ghcb.buffer().header().endEntry() >= ghcb.capacity()) {
      return PscCursor.answer(ExitInfo.INVALID_HEADER, ghcb.buffer());
    }
    return PscCursor.begin(ghcb.buffer());
  }

  private static Step malformed(Malformation what, Ghcb ghcb) {
    return PscCursor.answer(ExitInfo.malformed(what), ghcb.buffer());
  }
}
