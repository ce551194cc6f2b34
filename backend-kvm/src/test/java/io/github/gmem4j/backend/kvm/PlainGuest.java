package io.github.gmem4j.backend.kvm;

import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.guest.InstructionResult;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.policy.GuestMove;
import io.github.gmem4j.api.policy.GuestProgress;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.backend.kvm.vcpu.GuestCode;
import io.github.gmem4j.backend.kvm.vcpu.HypercallConvention;
import io.github.gmem4j.backend.kvm.vcpu.HypercallRegisters;

/** A guest that knows one hypercall and makes one call for each request. */
public enum PlainGuest implements GuestKernel, HypercallConvention {
  /** The one value. */
  INSTANCE;

  /** The hypercall as it stands in the registers. */
  public record Call(long number, long gpa, long pages, long attributes, int privilegeLevel)
      implements GuestCall {
    /** Returns the call that asks for a range to get a state. */
    public static Call of(GpaRange range, Shareability target) {
      return new Call(
          Exit.MapGpaRange.NUMBER,
          range.start().value(),
          range.size().wholePages().value(),
          target == Shareability.PRIVATE ? Exit.MapGpaRange.PRIVATE : 0,
          0);
    }
  }

  /** What the result register holds. */
  public record Result(long value) implements GuestResult {}

  private enum Asking implements GuestProgress {
    ONCE
  }

  /** Returns the guest code of this guest. */
  public static GuestCode code() {
    return new GuestCode(INSTANCE, INSTANCE);
  }

  @Override
  public GuestMove begin(GpaRange range, Shareability target) {
    return new GuestMove.Call(Call.of(range, target), Asking.ONCE);
  }

  @Override
  public GuestMove afterCall(GuestProgress progress, GuestResult result) {
    long value = ((Result) result).value();
    return value == 0 ? GuestMove.DONE : new GuestMove.GiveUp("hypercall returned " + value);
  }

  @Override
  public GuestMove afterInstruction(GuestProgress progress, InstructionResult result) {
    throw new IllegalStateException("this guest executes no instruction");
  }

  @Override
  public HypercallRegisters registers(GuestCall call) {
    if (!(call instanceof Call plain)) {
      throw new IllegalArgumentException("not a plain hypercall: " + call);
    }
    return new HypercallRegisters(
        plain.number(), plain.gpa(), plain.pages(), plain.attributes(), 0, plain.privilegeLevel());
  }

  @Override
  public GuestResult result(long rax) {
    return new Result(rax);
  }
}
