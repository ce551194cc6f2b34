package io.github.gmem4j.policy.tdx.kvm;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.VcpuView;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.policy.tdx.tdcall.VmCall;
import io.github.gmem4j.policy.tdx.tdcall.VmCallResult;
import io.github.gmem4j.policy.tdx.tdcall.VmCallStatus;

/**
 * The other way to the same exit: KVM's own hypercall, open to TDX guests too. It is one exit
 * however long the range, and the VMM's answer goes to the guest as it is.
 *
 * <p>Source: Linux 7.3 {@code arch/x86/kvm/vmx/tdx.c}, {@code
 * Documentation/virt/kvm/x86/hypercalls.rst}.
 */
final class HypercallSteps {
  /** {@code KVM_ENOSYS}: there is no such hypercall. */
  static final int NO_SUCH_CALL = 1000;

  /** A hypercall is under way; R11 is the guest's own. */
  record InFlight(long r11) implements Pending {}

  private HypercallSteps() {}

  static Step onCall(VcpuView vcpu, VmCall.KvmHypercall call) {
    if (call.number() != Exit.MapGpaRange.NUMBER || !vcpu.mapGpaExits()) {
      return answer(-NO_SUCH_CALL, call.a0());
    }
    // KVM only asks that frames are not none and do not wrap in 64 bits.
    long first = call.a0() >>> Page.SHIFT;
    if (!Page.isAligned(call.a0()) || Long.compareUnsigned(first + call.a1(), first) <= 0) {
      return answer(-Errno.EINVAL.number(), call.a0());
    }
    return new Step.Leave(
        new Exit.MapGpaRange(
            new Gpa(call.a0()), new PageCount(call.a1()), call.a2(), Exit.MapGpaRange.LONG_MODE),
        new InFlight(call.a0()));
  }

  static Step onReentry(InFlight call, Reply reply) {
    return reply instanceof Reply.Answer answer
        ? answer(answer.ret(), call.r11())
        : new Step.Fail(Errno.EINVAL, "a hypercall is not completed by " + reply, call);
  }

  private static Step answer(long r10, long r11) {
    return new Step.Return(new VmCallResult(new VmCallStatus(r10), r11));
  }
}
