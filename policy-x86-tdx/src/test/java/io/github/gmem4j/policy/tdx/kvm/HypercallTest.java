package io.github.gmem4j.policy.tdx.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.VcpuView;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.policy.tdx.ConversionRule;
import io.github.gmem4j.policy.tdx.tdcall.GuestAddressWidth;
import io.github.gmem4j.policy.tdx.tdcall.GuestAddresses;
import io.github.gmem4j.policy.tdx.tdcall.VmCall;
import io.github.gmem4j.policy.tdx.tdcall.VmCallResult;
import io.github.gmem4j.policy.tdx.tdcall.VmCallStatus;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** KVM's own hypercall, which reaches the same exit. */
final class HypercallTest {
  private static final VcpuView VCPU = new VcpuView(0, true, true, false);
  private static final long START = 0x10_0000;

  private final TdxKvmSeat seat =
      new TdxKvmSeat(new GuestAddresses(GuestAddressWidth.BITS_48, 52), ConversionRule.BY_VMM);

  private Step call(long number, long gpa, long pages) {
    return seat.onCall(VCPU, new VmCall.KvmHypercall(number, gpa, pages, 0x10));
  }

  private static Step result(long r10, long r11) {
    return new Step.Return(new VmCallResult(new VmCallStatus(r10), r11));
  }

  @Test
  void aLongRangeIsOneExitAndTheAnswerIsPassedOn() {
    Step.Leave leave = assertInstanceOf(Step.Leave.class, call(12, START, 5000));

    assertEquals(ChunkExit.toPrivate(START, 5000), leave.exit());
    assertEquals(
        result(1234, START), seat.onReentry(VCPU, leave.pending(), new Reply.Answer(1234)));
    assertInstanceOf(Step.Fail.class, seat.onReentry(VCPU, leave.pending(), Reply.RESUME));
  }

  @Test
  void anIllegalRangeNeverLeaves() {
    assertEquals(result(-22, START + 1), call(12, START + 1, 1));
    assertEquals(result(-22, START), call(12, START, 0));
    assertEquals(result(-22, START), call(12, START, -1));
  }

  @Test
  void aRangePastEveryAddressSpaceIsTheVmmsBusiness() {
    assertInstanceOf(Step.Leave.class, call(12, START, 1L << 53));
  }

  @Test
  @DisplayName("x86.c, ____kvm_emulate_hypercall: polling, kicking and yielding succeed")
  void whatConcernsVcpusSucceeds() {
    for (long number : List.of(1L, 5L, 11L)) {
      assertEquals(result(0, START), call(number, START, 1));
    }
  }

  @Test
  void whatNeedsClocksAndInterruptControllersIsNotModelled() {
    for (long number : List.of(0L, 9L, 10L)) {
      assertThrows(
          IllegalArgumentException.class, () -> new VmCall.KvmHypercall(number, START, 1, 0));
    }
  }

  @Test
  void otherHypercallsAndDeafVmmsAreAnsweredNoSuchCall() {
    assertEquals(result(-1000, START), call(2, START, 1));
    assertEquals(
        result(-1000, START),
        seat.onCall(
            new VcpuView(0, false, false, false), new VmCall.KvmHypercall(12, START, 1, 0)));
  }
}
