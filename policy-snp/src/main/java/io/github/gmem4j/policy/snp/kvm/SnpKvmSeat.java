package io.github.gmem4j.policy.snp.kvm;

import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.policy.GuestFault;
import io.github.gmem4j.api.policy.KvmSeat;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.VcpuView;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.policy.snp.ghcb.ExitInfo;
import io.github.gmem4j.policy.snp.ghcb.Ghcb;
import io.github.gmem4j.policy.snp.ghcb.GhcbMsr;
import io.github.gmem4j.policy.snp.ghcb.PscBuffer;
import io.github.gmem4j.policy.snp.ghcb.VmgExit;

/**
 * What KVM does with VMGEXIT: it checks the GHCB, works through the whole page state change buffer
 * batch by batch, each an exit, and answers once at the end or at the first failure. Immutable;
 * pure functions.
 *
 * <p>EAGAIN and EINVAL from the VMM are the same to the guest: the specification knows no "busy".
 * Source: Linux 7.3 {@code arch/x86/kvm/svm/sev.c}.
 */
public final class SnpKvmSeat implements KvmSeat {
  private final SevGuest guest;
  private final GhcbMemory ghcbMemory;

  /**
   * Creates the seat.
   *
   * @param guest what kind of guest it serves
   * @param ghcbMemory where that guest's GHCB pages are
   */
  public SnpKvmSeat(SevGuest guest, GhcbMemory ghcbMemory) {
    this.guest = guest;
    this.ghcbMemory = ghcbMemory;
  }

  @Override
  public Step onCall(VcpuView vcpu, GuestCall call) {
    return switch (call) {
      case VmgExit.Msr request -> MsrSteps.onCall(guest, vcpu, request.msr());
      case VmgExit.Event event -> onEvent(vcpu, event);
      default ->
          PscCursor.answer(
              ExitInfo.malformed(ExitInfo.Malformation.INVALID_EVENT), PscBuffer.EMPTY);
    };
  }

  private Step onEvent(VcpuView vcpu, VmgExit.Event event) {
    Ghcb ghcb = event.ghcb();
    GhcbMsr msr = new GhcbMsr(ghcb.gpa().value());
    if (msr.function() != 0) {
      return MsrSteps.onCall(guest, vcpu, msr);
    }
    Step unanswered = PscCursor.answer(ghcb.exitInfo(), ghcb.buffer());
    if (msr.value() == 0) {
      return unanswered;
    }
    Step answered = EventSteps.onEvent(guest, vcpu, event);
    return switch (ghcbMemory) {
      case IN_GUEST_MEMORY ->
          new Step.Pin(ghcb.gpa(), "KVM: GHCB of vCPU " + vcpu.id(), answered, unanswered);
      case ELSEWHERE -> answered;
    };
  }

  @Override
  public Step onReentry(VcpuView vcpu, Pending pending, Reply reply) {
    return switch (pending) {
      case PscCursor cursor -> cursor.afterExit(reply);
      case MsrSteps.InFlight call -> MsrSteps.afterExit(call, reply);
      case MsrSteps.Terminated call -> MsrSteps.afterTermination(call, reply);
      default -> new Step.Fail(Errno.EINVAL, "no call is under way but " + pending, pending);
    };
  }

  /**
   * Leaves with a memory fault, unless the RMP is in the way: what KVM tells its VMM then is no
   * longer true of any page, so {@code KVM_RUN} fails and the guest stays where it is.
   */
  @Override
  public Step onFault(VcpuView vcpu, GuestFault fault) {
    return switch (fault.cause()) {
      case PLATFORM ->
          new Step.Fail(
              Errno.EINVAL, "the RMP does not let " + fault.gfn() + " be private", Pending.NONE);
      case MISMATCH, NO_GUEST_MEMORY, CLOSED, POISONED, WITHHELD ->
          new Step.Leave(fault.toExit(), Pending.NONE);
    };
  }
}
