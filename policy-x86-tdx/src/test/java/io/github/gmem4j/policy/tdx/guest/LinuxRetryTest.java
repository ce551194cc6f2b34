package io.github.gmem4j.policy.tdx.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.policy.tdx.sept.DeviceAssignment;
import io.github.gmem4j.policy.tdx.tdcall.GuestAddressWidth;
import io.github.gmem4j.policy.tdx.tdcall.VmCall;
import io.github.gmem4j.policy.tdx.tdcall.VmCallStatus;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class LinuxRetryTest {
  private static final long SHARED = 1L << 47;
  private static final long MIB = 1 << 20;
  private static final long START = 16 * MIB;
  private static final long LENGTH = 8 * MIB;
  private static final long TAGGED = START | SHARED;

  private final GuestScript toShared =
      new GuestScript(
          new LinuxGuest(GuestAddressWidth.BITS_48, DeviceAssignment.NONE),
          GpaRange.of(START, LENGTH),
          Shareability.SHARED);

  @Test
  void theWholeRangeIsOneCall() {
    assertEquals(new VmCall.MapGpa(TAGGED, LENGTH), toShared.call());

    toShared.succeeds().assertDone();
  }

  @Test
  @DisplayName("edge 15: the third RETRY in place is a failure, there is no fourth call")
  void theThirdRetryInPlaceIsAFailure() {
    toShared.retries(TAGGED).retries(TAGGED).retries(TAGGED).assertGivesUp();
  }

  @Test
  @DisplayName("edge 16: progress resets the count of fruitless RETRYs")
  void progressResetsTheCount() {
    long further = TAGGED + 2 * MIB;

    toShared.retries(TAGGED).retries(TAGGED).retries(further).retries(further).retries(further);

    assertEquals(new VmCall.MapGpa(further, LENGTH - 2 * MIB), toShared.call());
    toShared.succeeds().assertDone();
  }

  @Test
  @DisplayName("edge 19: R11 at the end of the range is a failure")
  void r11AtTheEndIsAFailure() {
    toShared.retries(TAGGED + LENGTH).assertGivesUp();
  }

  @Test
  @DisplayName("edge 20: R11 without the SHARED bit is a failure at once")
  void r11WithoutTheSharedBitIsAFailure() {
    toShared.retries(START + 2 * MIB).assertGivesUp();
  }

  @Test
  void r11BehindWhatIsDoneIsAFailure() {
    toShared.retries(TAGGED + 4 * MIB).retries(TAGGED + 2 * MIB).assertGivesUp();
  }

  @Test
  @DisplayName("edge 21: an unaligned R11 becomes the next call, which KVM refuses")
  void anUnalignedR11BecomesTheNextCall() {
    toShared.retries(TAGGED + 8);

    assertEquals(new VmCall.MapGpa(TAGGED + 8, LENGTH - 8), toShared.call());
    toShared.answers(VmCallStatus.ALIGN_ERROR, TAGGED + 8).assertGivesUp();
  }

  @Test
  @DisplayName("edge 17: an invalid operand is final")
  void anInvalidOperandIsFinal() {
    toShared.answers(VmCallStatus.INVALID_OPERAND, TAGGED + 4 * MIB).assertGivesUp();
  }
}
