package io.github.gmem4j.policy.tdx.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.VcpuView;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.SystemEventKind;
import io.github.gmem4j.policy.tdx.ConversionRule;
import io.github.gmem4j.policy.tdx.tdcall.GuestAddressWidth;
import io.github.gmem4j.policy.tdx.tdcall.GuestAddresses;
import io.github.gmem4j.policy.tdx.tdcall.VmCall;
import io.github.gmem4j.policy.tdx.tdcall.VmCallResult;
import io.github.gmem4j.policy.tdx.tdcall.VmCallStatus;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The GHCI's other calls. */
final class OtherCallsTest {
  private final TdxKvmSeat seat =
      new TdxKvmSeat(new GuestAddresses(GuestAddressWidth.BITS_48, 52), ConversionRule.BY_VMM);

  private VmCallResult answer(VmCall call) {
    Step step = seat.onCall(new VcpuView(0, false, true, false), call);
    return (VmCallResult) ((Step.Return) step).result();
  }

  private static VmCallResult result(VmCallStatus status, long r11) {
    return new VmCallResult(status, r11);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1})
  @DisplayName("tdx.c, tdx_get_td_vm_call_info: what is offered is told, and there is nothing")
  void whatIsOfferedIsTold(long about) {
    assertEquals(result(VmCallStatus.SUCCESS, 0), answer(new VmCall.GetTdVmCallInfo(about)));
  }

  @ParameterizedTest
  @ValueSource(longs = {2, -1})
  @DisplayName("tdx.c, tdx_get_td_vm_call_info: R11 stays the guest's when R12 is not known")
  void unknownQuestionsAreInvalid(long about) {
    assertEquals(
        result(VmCallStatus.INVALID_OPERAND, 0x10000), answer(new VmCall.GetTdVmCallInfo(about)));
  }

  @Test
  @DisplayName("tdx.c, tdx_setup_event_notify_interrupt: the vector is checked first")
  void theVectorOfANotificationIsChecked() {
    for (long vector : new long[] {31, 256, -1}) {
      assertEquals(
          result(VmCallStatus.INVALID_OPERAND, 0x10004),
          answer(new VmCall.SetupEventNotifyInterrupt(vector)));
    }
    for (long vector : new long[] {32, 255}) {
      assertEquals(
          result(VmCallStatus.SUBFUNC_UNSUPPORTED, 0x10004),
          answer(new VmCall.SetupEventNotifyInterrupt(vector)));
    }
  }

  @Test
  @DisplayName(
      "tdx.c, tdx_report_fatal_error: a system event with the registers, nothing to complete")
  void aFatalErrorIsASystemEvent() {
    Step step =
        seat.onCall(
            new VcpuView(0, false, false, false), new VmCall.ReportFatalError(1L << 63, 0x1000));

    Step.Leave leave = assertInstanceOf(Step.Leave.class, step);
    Exit.SystemEvent event = assertInstanceOf(Exit.SystemEvent.class, leave.exit());
    assertEquals(SystemEventKind.FATAL_ERROR, event.kind());
    assertEquals(
        List.of(77L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0x10003L, 1L << 63, 0x1000L, 0L, 0L),
        event.data());
    assertEquals(new Pending.Forgotten(result(VmCallStatus.SUCCESS, 0x10003)), leave.pending());
  }

  @ParameterizedTest
  @ValueSource(longs = {10, 12, 30, 31, 32, 48})
  void whatKvmServesAndTheModelDoesNotIsRefused(long leaf) {
    String reason =
        assertThrows(IllegalArgumentException.class, () -> new VmCall.Other(leaf)).getMessage();

    assertEquals("not modelled: TDG.VP.VMCALL leaf " + leaf, reason);
  }

  @ParameterizedTest
  @ValueSource(longs = {0x10000, 0x10001, 0x10002, 0x10003, 0x10004})
  void whatHasATypeOfItsOwnIsNoOtherCall(long leaf) {
    assertThrows(IllegalArgumentException.class, () -> new VmCall.Other(leaf));
  }
}
