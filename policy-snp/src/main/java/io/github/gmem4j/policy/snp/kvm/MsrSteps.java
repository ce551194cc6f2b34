package io.github.gmem4j.policy.snp.kvm;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.VcpuView;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.SystemEventKind;
import io.github.gmem4j.policy.snp.ghcb.GhcbMsr;
import io.github.gmem4j.policy.snp.ghcb.VmgExit;
import io.github.gmem4j.policy.snp.ghcb.VmgExitResult;
import java.util.List;
import java.util.Optional;

/**
 * VMGEXIT without a GHCB page: one page for each call, one code for every error. The functions that
 * have nothing to do with memory are answered as by a KVM whose vCPUs have empty CPUID leaves and
 * are not started by one another; which GHCB is registered comes with each {@link VmgExit.Event}.
 *
 * <p>Source: Linux 7.3 {@code sev_handle_vmgexit_msr_protocol}, {@code snp_begin_psc_msr} and
 * {@code snp_complete_psc_msr} of {@code arch/x86/kvm/svm/sev.c}.
 */
final class MsrSteps {
  private MsrSteps() {}

  /** The exit of a page state change is out. */
  record InFlight(GhcbMsr request) implements Pending {}

  /** The guest has ended itself; KVM takes no note of it, and this is what the guest finds. */
  record Terminated(VmgExitResult found) implements Pending {}

  static Step onCall(SevGuest guest, VcpuView vcpu, GhcbMsr request) {
    return switch (request.function()) {
      case GhcbMsr.PAGE_STATE_CHANGE ->
          guest == SevGuest.SNP ? onPageStateChange(vcpu, request) : terminate(request);
      case GhcbMsr.TERMINATE -> terminate(request);
      case GhcbMsr.SEV_INFORMATION -> answer(GhcbMsr.SEV_INFORMATION_SAYS);
      case GhcbMsr.CPUID -> answer(request.emptyLeaf());
      case GhcbMsr.AP_RESET_HOLD -> answer(GhcbMsr.NOT_STARTED);
      case GhcbMsr.PREFERRED_GPA ->
          guest == SevGuest.SNP ? answer(GhcbMsr.NO_PREFERRED_GPA) : terminate(request);
      case GhcbMsr.REGISTER_GPA ->
          guest == SevGuest.SNP ? answer(request.registered()) : terminate(request);
      case GhcbMsr.FEATURES -> answer(GhcbMsr.FEATURES_SAY);
      // KVM leaves the register alone when it does not know the function.
      default -> answer(request);
    };
  }

  private static Step onPageStateChange(VcpuView vcpu, GhcbMsr request) {
    Optional<Shareability> target = request.operation().target();
    if (target.isEmpty() || !vcpu.mapGpaExits()) {
      return answer(GhcbMsr.FAILED);
    }
    long privacy = target.get() == Shareability.PRIVATE ? Exit.MapGpaRange.PRIVATE : 0;
    return new Step.Leave(
        new Exit.MapGpaRange(request.gfn().gpa(), PageCount.ONE, privacy, 0),
        new InFlight(request));
  }

  static Step afterExit(InFlight call, Reply reply) {
    if (reply.equals(Reply.Answer.DONE)) {
      return answer(GhcbMsr.DONE);
    }
    if (reply.equals(Reply.Answer.RETRY) || reply.equals(Reply.Answer.REFUSE)) {
      return answer(GhcbMsr.FAILED);
    }
    return new Step.Fail(
        Errno.EINVAL,
        "a page state change must be answered with 0, EAGAIN or EINVAL, not " + reply,
        // KVM has written no response: the guest finds its own request where that should be.
        new Pending.Forgotten(new VmgExitResult.Msr(call.request())));
  }

  static Step answer(GhcbMsr response) {
    return new Step.Return(new VmgExitResult.Msr(response));
  }

  private static Step terminate(GhcbMsr request) {
    return terminate(request.value(), new VmgExitResult.Msr(request));
  }

  /** {@code KVM_EXIT_SYSTEM_EVENT} of type SEV_TERM; the GHCB MSR is its data. */
  static Step terminate(long msr, VmgExitResult found) {
    return new Step.Leave(
        new Exit.SystemEvent(SystemEventKind.TERMINATED, List.of(msr)), new Terminated(found));
  }

  /** Runs a guest that has ended itself: it goes on behind VMGEXIT. */
  static Step afterTermination(Terminated call, Reply reply) {
    return reply.equals(Reply.RESUME)
        ? new Step.Return(call.found())
        : new Step.Fail(Errno.EINVAL, "a termination is not answered, not with " + reply, call);
  }
}
