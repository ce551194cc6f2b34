package io.github.gmem4j.policy.tdx.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.policy.tdx.guest.FirmwareGuest.RetryReading;
import io.github.gmem4j.policy.tdx.tdcall.GuestAddressWidth;
import io.github.gmem4j.policy.tdx.tdcall.PageSize;
import io.github.gmem4j.policy.tdx.tdcall.TdCall.AcceptPage;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus;
import io.github.gmem4j.policy.tdx.tdcall.VmCall;
import io.github.gmem4j.policy.tdx.tdcall.VmCallStatus;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class FirmwareGuestTest {
  private static final long SHARED = 1L << 47;
  private static final long MIB = 1 << 20;
  private static final long GIB = 1 << 30;

  private static GuestScript begin(RetryReading reading, GpaRange range, Shareability target) {
    return new GuestScript(new FirmwareGuest(GuestAddressWidth.BITS_48, reading), range, target);
  }

  @Test
  void eachPageTableEntryIsACallOfItsOwn() {
    GuestScript guest =
        begin(
            RetryReading.CALL_AGAIN,
            GpaRange.of(2 * MIB - 4096, 2 * MIB + 8192),
            Shareability.SHARED);

    assertEquals(new VmCall.MapGpa((2 * MIB - 4096) | SHARED, 4096), guest.call());
    guest.succeeds();
    assertEquals(new VmCall.MapGpa((2 * MIB) | SHARED, 2 * MIB), guest.call());
    guest.succeeds();
    assertEquals(new VmCall.MapGpa((4 * MIB) | SHARED, 4096), guest.call());
    guest.succeeds().assertDone();
  }

  @Test
  @DisplayName("edge 62: after a progressing RETRY only the tail of a 1 GiB entry is accepted")
  void afterAProgressingRetryOnlyTheTailIsAccepted() {
    GuestScript guest = begin(RetryReading.CALL_AGAIN, GpaRange.of(GIB, GIB), Shareability.PRIVATE);

    guest.retries(GIB + 2 * MIB);
    assertEquals(new VmCall.MapGpa(GIB + 2 * MIB, GIB - 2 * MIB), guest.call());
    guest.succeeds();

    assertEquals(new AcceptPage(new Gpa(GIB + 2 * MIB), PageSize.MIB_2), guest.instruction());
  }

  @Test
  void threeRetriesInPlaceAreAFailure() {
    begin(RetryReading.CALL_AGAIN, GpaRange.of(GIB, GIB), Shareability.PRIVATE)
        .retries(GIB)
        .retries(GIB)
        .retries(GIB)
        .assertGivesUp();
  }

  @Test
  @DisplayName("edge 61: firmware that looks at the error bit alone takes RETRY for success")
  void oldFirmwareTakesRetryForSuccess() {
    begin(RetryReading.SUCCESS, GpaRange.of(GIB, 4096), Shareability.SHARED)
        .retries(GIB | SHARED)
        .assertDone();

    GuestScript toPrivate =
        begin(RetryReading.SUCCESS, GpaRange.of(GIB, GIB), Shareability.PRIVATE)
            .retries(GIB + 2 * MIB);
    assertEquals(new AcceptPage(new Gpa(GIB), PageSize.MIB_2), toPrivate.instruction());
  }

  @Test
  void oldFirmwareSeesErrorsAllTheSame() {
    begin(RetryReading.SUCCESS, GpaRange.of(GIB, 4096), Shareability.SHARED)
        .answers(VmCallStatus.INVALID_OPERAND, GIB)
        .assertGivesUp();
  }

  private static GuestScript accepting() {
    return begin(RetryReading.CALL_AGAIN, GpaRange.of(4096, 4096), Shareability.PRIVATE).succeeds();
  }

  @Test
  void aPageAcceptedBeforeIsFine() {
    accepting().yields(TdxStatus.PAGE_ALREADY_ACCEPTED.at(PageSize.KIB_4)).assertDone();
  }

  @Test
  void aLockIsMetThreeTimesAndNoMore() {
    TdxStatus busy = TdxStatus.OPERAND_BUSY.about(TdxStatus.Operand.RCX);

    accepting().yields(busy).yields(busy).yields(busy).yields(TdxStatus.SUCCESS).assertDone();
    accepting().yields(busy).yields(busy).yields(busy).yields(busy).assertGivesUp();
  }

  @Test
  void otherAcceptFailuresEndTheRequest() {
    accepting().yields(TdxStatus.PAGE_SIZE_MISMATCH.at(PageSize.KIB_4)).assertGivesUp();
  }
}
