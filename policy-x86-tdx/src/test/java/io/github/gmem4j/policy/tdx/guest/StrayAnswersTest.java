package io.github.gmem4j.policy.tdx.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.guest.InstructionResult;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.policy.GuestMove;
import io.github.gmem4j.api.policy.GuestProgress;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.policy.tdx.guest.FirmwareGuest.RetryReading;
import io.github.gmem4j.policy.tdx.sept.DeviceAssignment;
import io.github.gmem4j.policy.tdx.tdcall.GuestAddressWidth;
import io.github.gmem4j.policy.tdx.tdcall.PageSize;
import io.github.gmem4j.policy.tdx.tdcall.TdCall;
import io.github.gmem4j.policy.tdx.tdcall.TdCallResult;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus;
import io.github.gmem4j.policy.tdx.tdcall.VmCall;
import io.github.gmem4j.policy.tdx.tdcall.VmCallResult;
import io.github.gmem4j.policy.tdx.tdcall.VmCallStatus;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** What all guests of TDX have in common: stray answers are given up, pages accepted one by one. */
final class StrayAnswersTest {
  private static final GpaRange PAGE = GpaRange.of(0x5000, 0x1000);

  @SuppressWarnings("UnusedVariable") // named in annotations
  private static final List<GuestKernel> GUESTS =
      List.of(
          new LinuxGuest(GuestAddressWidth.BITS_48, DeviceAssignment.NONE),
          new FirmwareGuest(GuestAddressWidth.BITS_48, RetryReading.CALL_AGAIN),
          new OpenHclGuest(GuestAddressWidth.BITS_48));

  /** An answer and a progress of another policy. */
  private record Stray() implements GuestResult, InstructionResult, GuestProgress {}

  private static final GuestResult DONE =
      new VmCallResult(VmCallStatus.SUCCESS, VmCall.MapGpa.LEAF);
  private static final InstructionResult ACCEPTED = new TdCallResult(TdxStatus.SUCCESS);

  private static void givesUp(GuestMove move) {
    assertInstanceOf(GuestMove.GiveUp.class, move);
  }

  @ParameterizedTest
  @FieldSource("GUESTS")
  void aResultOfAnotherKindIsGivenUp(GuestKernel guest) {
    GuestMove.Call map =
        assertInstanceOf(GuestMove.Call.class, guest.begin(PAGE, Shareability.PRIVATE));
    GuestMove.Execute accept =
        assertInstanceOf(GuestMove.Execute.class, guest.afterCall(map.progress(), DONE));

    givesUp(guest.afterCall(map.progress(), new Stray()));
    givesUp(guest.afterInstruction(accept.progress(), new Stray()));
  }

  @ParameterizedTest
  @FieldSource("GUESTS")
  void anAnswerToNothingThatIsUnderWayIsGivenUp(GuestKernel guest) {
    givesUp(guest.afterCall(new Stray(), DONE));
    givesUp(guest.afterInstruction(new Stray(), ACCEPTED));
  }

  @ParameterizedTest
  @FieldSource("GUESTS")
  void aSinglePageIsAcceptedAsASmallOne(GuestKernel guest) {
    TdCall.AcceptPage accept = new TdCall.AcceptPage(new Gpa(0x5000), PageSize.KIB_4);

    assertEquals(Optional.of(accept), guest.acceptance(new Gpa(0x5000)));
    assertTrue(guest.substitute(accept).isPresent());
  }
}
