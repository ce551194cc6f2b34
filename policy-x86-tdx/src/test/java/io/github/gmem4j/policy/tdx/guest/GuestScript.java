package io.github.gmem4j.policy.tdx.guest;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.policy.GuestMove;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.policy.tdx.tdcall.TdCall;
import io.github.gmem4j.policy.tdx.tdcall.TdCallResult;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus;
import io.github.gmem4j.policy.tdx.tdcall.VmCall;
import io.github.gmem4j.policy.tdx.tdcall.VmCallResult;
import io.github.gmem4j.policy.tdx.tdcall.VmCallStatus;

/** Plays hypervisor and TDX module for a guest kernel, move by move. */
final class GuestScript {
  private final GuestKernel kernel;
  private GuestMove move;

  GuestScript(GuestKernel kernel, GpaRange range, Shareability target) {
    this.kernel = kernel;
    move = kernel.begin(range, target);
  }

  GuestMove move() {
    return move;
  }

  VmCall.MapGpa call() {
    GuestMove.Call call = assertInstanceOf(GuestMove.Call.class, move);
    return assertInstanceOf(VmCall.MapGpa.class, call.call());
  }

  TdCall instruction() {
    GuestMove.Execute execute = assertInstanceOf(GuestMove.Execute.class, move);
    return assertInstanceOf(TdCall.class, execute.instruction());
  }

  GuestScript succeeds() {
    return answers(VmCallStatus.SUCCESS, VmCall.MapGpa.LEAF);
  }

  GuestScript retries(long r11) {
    return answers(VmCallStatus.RETRY, r11);
  }

  GuestScript answers(VmCallStatus status, long r11) {
    GuestMove.Call call = assertInstanceOf(GuestMove.Call.class, move);
    move = kernel.afterCall(call.progress(), new VmCallResult(status, r11));
    return this;
  }

  GuestScript yields(TdxStatus status) {
    GuestMove.Execute execute = assertInstanceOf(GuestMove.Execute.class, move);
    move = kernel.afterInstruction(execute.progress(), new TdCallResult(status));
    return this;
  }

  void assertDone() {
    assertInstanceOf(GuestMove.Done.class, move);
  }

  void assertGivesUp() {
    assertInstanceOf(GuestMove.GiveUp.class, move);
  }
}
