package io.github.gmem4j.policy.tdx.kvm;

import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.VcpuView;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.policy.tdx.ConversionRule;
import io.github.gmem4j.policy.tdx.tdcall.VmCall;
import io.github.gmem4j.policy.tdx.tdcall.VmCallResult;
import io.github.gmem4j.policy.tdx.tdcall.VmCallStatus;
import java.util.Set;

/**
 * The other way to the same exit: KVM's own hypercall, open to TDX guests too. It is one exit
 * however long the range, and the VMM's answer goes to the guest as it is.
 *
 * <p>Source: Linux 7.3.4 {@code arch/x86/kvm/vmx/tdx.c}, {@code tdx_emulate_vmcall}; {@code x86.c},
 * {@code ____kvm_emulate_hypercall}.
 */
final class HypercallSteps {
  /** {@code KVM_ENOSYS}: there is no such hypercall. */
  static final int NO_SUCH_CALL = 1000;

  /**
   * {@code KVM_HC_VAPIC_POLL_IRQ}, {@code KVM_HC_KICK_CPU} and {@code KVM_HC_SCHED_YIELD}: they do
   * something about vCPUs at most, and always succeed unless the VMM has taken the feature away.
   */
  private static final Set<Long> OF_NO_CONSEQUENCE = Set.of(1L, 5L, 11L);

  /**
   * A hypercall is under way.
   *
   * @param r11 the guest's own
   * @param exit what the VMM saw
   */
  record InFlight(long r11, Exit.MapGpaRange exit) implements Pending {}

  private HypercallSteps() {}

  static Step onCall(VcpuView vcpu, VmCall.KvmHypercall call) {
    if (OF_NO_CONSEQUENCE.contains(call.number())) {
      return answer(0, call.a0());
    }
    if (call.number() != Exit.MapGpaRange.NUMBER || !vcpu.mapGpaExits()) {
      return answer(-NO_SUCH_CALL, call.a0());
    }
    // KVM only asks that frames are not none and do not wrap in 64 bits.
    long first = call.a0() >>> Page.SHIFT;
    if (!Page.isAligned(call.a0()) || Long.compareUnsigned(first + call.a1(), first) <= 0) {
      return answer(-Errno.EINVAL.number(), call.a0());
    }
    Exit.MapGpaRange exit =
        new Exit.MapGpaRange(
            new Gpa(call.a0()), new PageCount(call.a1()), call.a2(), Exit.MapGpaRange.LONG_MODE);
    return new Step.Leave(exit, new InFlight(call.a0(), exit));
  }

  static Step onReentry(ConversionRule conversion, InFlight call, Reply reply) {
    if (!(reply instanceof Reply.Answer answer)) {
      return new Step.Fail(Errno.EINVAL, "a hypercall is not completed by " + reply, call);
    }
    return answer.equals(Reply.Answer.DONE) && conversion != ConversionRule.BY_VMM
        ? new Step.Convert(call.exit().range(), call.exit().target(), call)
        : answer(answer.ret(), call.r11());
  }

  /** The kernel converted by itself: the guest gets what the VMM would have answered. */
  static Step onConverted(ConversionRule conversion, InFlight call, ConversionOutcome outcome) {
    boolean told = conversion != ConversionRule.IN_RUN_OR_SUCCESS;
    return answer(told ? outcome.errno().map(Errno::number).orElse(0) : 0, call.r11());
  }

  private static Step answer(long r10, long r11) {
    return new Step.Return(new VmCallResult(new VmCallStatus(r10), r11));
  }
}
