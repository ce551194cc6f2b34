package io.github.gmem4j.core.softwareprotected;

import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.guest.PlainHypercall;
import io.github.gmem4j.api.guest.PlainResult;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.policy.KvmSeat;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.VcpuView;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.Reply;

/**
 * KVM's handling of the plain hypercall: a few checks, one exit, and the VMM's value goes to the
 * guest as it is. Source: Linux 7.3, {@code ____kvm_emulate_hypercall}.
 */
final class PlainKvmSeat implements KvmSeat {
  /** The VMM's value is what the guest gets. */
  private enum AwaitingValue implements Pending {
    INSTANCE
  }

  @Override
  public Step onCall(VcpuView vcpu, GuestCall call) {
    if (!(call instanceof PlainHypercall plain)) {
      return new Step.Return(PlainResult.NOT_AVAILABLE);
    }
    if (plain.privilegeLevel() > 0) {
      return new Step.Return(PlainResult.NOT_PERMITTED);
    }
    if (plain.number() != Exit.MapGpaRange.NUMBER || !vcpu.mapGpaExits()) {
      return new Step.Return(PlainResult.NOT_AVAILABLE);
    }
    if (!Page.isAligned(plain.gpa()) || !isFrameRange(plain)) {
      return new Step.Return(PlainResult.INVALID);
    }
    return new Step.Leave(
        new Exit.MapGpaRange(
            new Gpa(plain.gpa()),
            new PageCount(plain.pages()),
            plain.attributes(),
            Exit.MapGpaRange.LONG_MODE),
        AwaitingValue.INSTANCE);
  }

  /** Frames must not be none and must not wrap around. */
  private static boolean isFrameRange(PlainHypercall call) {
    long first = call.gpa() >>> Page.SHIFT;
    return Long.compareUnsigned(first + call.pages(), first) > 0;
  }

  @Override
  public Step onReentry(VcpuView vcpu, Pending pending, Reply reply) {
    return reply instanceof Reply.Answer answer
        ? new Step.Return(new PlainResult(answer.ret()))
        : new Step.Fail(Errno.EINVAL, "not an answer to a hypercall: " + reply, pending);
  }
}
