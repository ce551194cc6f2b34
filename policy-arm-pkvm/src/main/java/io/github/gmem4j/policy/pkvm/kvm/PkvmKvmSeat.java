package io.github.gmem4j.policy.pkvm.kvm;

import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.GuestFault;
import io.github.gmem4j.api.policy.KvmSeat;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.VcpuView;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.policy.pkvm.hvc.FunctionId;
import io.github.gmem4j.policy.pkvm.hvc.HostCalls;
import io.github.gmem4j.policy.pkvm.hvc.Hvc;
import io.github.gmem4j.policy.pkvm.hvc.HvcProfile;
import io.github.gmem4j.policy.pkvm.hvc.HvcResult;
import java.util.Optional;

/**
 * What the host kernel does with the calls that EL2 has vetted and passed on, and with accesses
 * that a page's state forbids. Immutable; pure functions.
 *
 * <p>Sharing never waits and never leaves: the host cannot hold what it could not reach. Taking
 * back is what the designs differ in, see {@link Unsharing}. So is a touch of a page that the
 * memory calls shared and the guest has not shared: a confidential guest is not given a shared page
 * as its own, so each design first makes it private its own way.
 */
public final class PkvmKvmSeat implements KvmSeat {
  private final HvcProfile profile;
  private final UnshareFlow flow;

  /**
   * Creates the seat.
   *
   * @param unsharing when pages that the guest takes back become private
   * @param profile which calls EL2 knows
   */
  public PkvmKvmSeat(Unsharing unsharing, HvcProfile profile) {
    this.profile = profile;
    this.flow = UnshareFlow.of(unsharing);
  }

  @Override
  public Step onCall(VcpuView vcpu, GuestCall call) {
    if (!(call instanceof Hvc hvc)) {
      return new Step.Return(HvcResult.NOT_SUPPORTED);
    }
    Optional<FunctionId> function = hvc.function();
    if (function.equals(Optional.of(FunctionId.MEM_SHARE))) {
      return flow.change(new Waiting.InShare(MemoryCall.of(hvc, profile)));
    }
    if (function.equals(Optional.of(FunctionId.MEM_UNSHARE))) {
      return onUnshare(vcpu, new Waiting.InUnshare(MemoryCall.of(hvc, profile)));
    }
    return new Step.Return(HostCalls.answer(hvc));
  }

  private Step onUnshare(VcpuView vcpu, Waiting.InUnshare unshare) {
    // Before anything has changed: host and guest must not disagree about whose the page is.
    return flow.leaves() && !vcpu.unshareExits() ? unshare.refused() : flow.begin(unshare);
  }

  @Override
  public Step onReentry(VcpuView vcpu, Pending pending, Reply reply) {
    if (!(pending instanceof Waiting waiting)) {
      return new Step.Fail(Errno.EINVAL, "no call is under way but " + pending, pending);
    }
    return switch (Verdict.of(reply)) {
      case GO_ON -> flow.goOn(waiting);
      case REFUSED -> flow.refuse(waiting);
      case NONSENSE ->
          new Step.Fail(
              Errno.EINVAL,
              "an unshare exit is answered with 0, EAGAIN or EINVAL, not " + reply,
              pending);
    };
  }

  @Override
  public Step onConverted(VcpuView vcpu, Pending pending, ConversionOutcome outcome) {
    if (!(pending instanceof Waiting waiting)) {
      return new Step.Fail(Errno.EINVAL, "nothing was converted for " + pending, Pending.NONE);
    }
    return switch (outcome) {
      case ConversionOutcome.Converted converted -> waiting.done();
      case ConversionOutcome.AlreadyThere already -> waiting.done();
      case ConversionOutcome.Blocked blocked -> flow.held(waiting, blocked.errorOffset());
      // As for an access without memory to serve it; the next run() tries again.
      case ConversionOutcome.OutOfMemory exhausted ->
          new Step.Fail(Errno.ENOMEM, "no memory to record the new owner", waiting);
      case ConversionOutcome.Rejected rejected -> waiting.rejected(rejected);
    };
  }

  @Override
  public Step onFault(VcpuView vcpu, GuestFault fault) {
    return switch (fault.cause()) {
      case WITHHELD ->
          fault.mark().orElse(Pending.NONE) instanceof TakenBack mark
              ? flow.touched(fault, mark)
              : KvmSeat.super.onFault(vcpu, fault);
      // This path of arm64 fills in no memory fault: the VMM only sees that KVM_RUN failed.
      case PLATFORM ->
          new Step.Fail(Errno.EFAULT, "EL2 does not give the guest " + fault.gfn(), Pending.NONE);
      case MISMATCH ->
          fault.access() == Shareability.PRIVATE
              ? flow.neverShared(vcpu, fault, new GpaRange(fault.gfn().gpa(), ByteCount.PAGE))
              : KvmSeat.super.onFault(vcpu, fault);
      case NO_GUEST_MEMORY, CLOSED, POISONED -> KvmSeat.super.onFault(vcpu, fault);
    };
  }
}
