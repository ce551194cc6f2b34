package io.github.gmem4j.policy.tdx.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.policy.tdx.tdcall.GuestAddressWidth;
import io.github.gmem4j.policy.tdx.tdcall.PageSize;
import io.github.gmem4j.policy.tdx.tdcall.TdCall.AcceptPage;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus;
import io.github.gmem4j.policy.tdx.tdcall.VmCall;
import io.github.gmem4j.policy.tdx.tdcall.VmCallStatus;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class OpenHclGuestTest {
  private static final long SHARED = 1L << 47;
  private static final long MIB = 1 << 20;

  private static GuestScript begin(Shareability target) {
    return new GuestScript(
        new OpenHclGuest(GuestAddressWidth.BITS_48), GpaRange.of(2 * MIB, 4 * MIB), target);
  }

  @Test
  @DisplayName("edge 19: R11 at the end of the range counts as finished")
  void r11AtTheEndCountsAsFinished() {
    begin(Shareability.SHARED).retries((6 * MIB) | SHARED).assertDone();
  }

  @Test
  @DisplayName("edge 15: OpenHCL never tires of retrying in place")
  void retriesInPlaceNeverEnd() {
    GuestScript guest = begin(Shareability.SHARED);

    for (int i = 0; i < 1000; i++) {
      guest.retries((2 * MIB) | SHARED);
    }

    assertEquals(new VmCall.MapGpa((2 * MIB) | SHARED, 4 * MIB), guest.call());
  }

  @Test
  @DisplayName("edge 21: an unaligned R11 becomes the next call")
  void anUnalignedR11BecomesTheNextCall() {
    GuestScript guest = begin(Shareability.PRIVATE).retries(2 * MIB + 8);

    assertEquals(new VmCall.MapGpa(2 * MIB + 8, 4 * MIB - 8), guest.call());
    guest.answers(VmCallStatus.ALIGN_ERROR, 2 * MIB + 8).assertGivesUp();
  }

  @Test
  void onlyASizeMismatchMakesItAcceptAt4K() {
    GuestScript guest = begin(Shareability.PRIVATE).succeeds();

    assertEquals(new AcceptPage(new Gpa(2 * MIB), PageSize.MIB_2), guest.instruction());
    guest.yields(TdxStatus.PAGE_SIZE_MISMATCH.at(PageSize.KIB_4));
    assertEquals(new AcceptPage(new Gpa(2 * MIB), PageSize.KIB_4), guest.instruction());

    begin(Shareability.PRIVATE)
        .succeeds()
        .yields(TdxStatus.OPERAND_BUSY.about(TdxStatus.Operand.RCX))
        .assertGivesUp();
  }
}
