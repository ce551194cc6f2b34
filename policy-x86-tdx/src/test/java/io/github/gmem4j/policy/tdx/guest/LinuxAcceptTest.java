package io.github.gmem4j.policy.tdx.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.policy.tdx.sept.DeviceAssignment;
import io.github.gmem4j.policy.tdx.tdcall.GuestAddressWidth;
import io.github.gmem4j.policy.tdx.tdcall.PageSize;
import io.github.gmem4j.policy.tdx.tdcall.TdCall.AcceptPage;
import io.github.gmem4j.policy.tdx.tdcall.TdCall.ReleasePage;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus;
import io.github.gmem4j.policy.tdx.tdcall.VmCall;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class LinuxAcceptTest {
  private static final long GIB = 1 << 30;
  private static final long MIB = 1 << 20;
  private static final TdxStatus NOT_THIS_SIZE =
      TdxStatus.OPERAND_INVALID.about(TdxStatus.Operand.RCX);

  private static GuestScript begin(GpaRange range, Shareability target, DeviceAssignment devices) {
    GuestKernel linux = new LinuxGuest(GuestAddressWidth.BITS_48, devices);
    return new GuestScript(linux, range, target);
  }

  private static GuestScript accepting(long start, long length) {
    return begin(GpaRange.of(start, length), Shareability.PRIVATE, DeviceAssignment.NONE)
        .succeeds();
  }

  @Test
  @DisplayName("edge 50: the attempt at 1 GiB always falls through to 2 MiB")
  void theAttemptAtOneGibibyteFallsThrough() {
    GuestScript guest = accepting(GIB, GIB);

    assertEquals(new AcceptPage(new Gpa(GIB), PageSize.GIB_1), guest.instruction());
    guest.yields(NOT_THIS_SIZE);
    assertEquals(new AcceptPage(new Gpa(GIB), PageSize.MIB_2), guest.instruction());
  }

  @Test
  @DisplayName("edge 49: after a size mismatch at 2 MiB the guest goes on at 4 KiB")
  void afterASizeMismatchTheGuestGoesOnAt4K() {
    GuestScript guest = accepting(2 * MIB, 2 * MIB);

    guest.yields(TdxStatus.PAGE_SIZE_MISMATCH.at(PageSize.MIB_2));
    assertEquals(new AcceptPage(new Gpa(2 * MIB), PageSize.KIB_4), guest.instruction());

    for (int i = 0; i < 512; i++) {
      guest.yields(TdxStatus.SUCCESS);
    }
    guest.assertDone();
  }

  @Test
  void sizesThatDoNotFitAreSkipped() {
    GuestScript guest = accepting(2 * MIB - 4096, 2 * MIB + 8192);

    assertEquals(new AcceptPage(new Gpa(2 * MIB - 4096), PageSize.KIB_4), guest.instruction());
    guest.yields(TdxStatus.SUCCESS);
    assertEquals(new AcceptPage(new Gpa(2 * MIB), PageSize.MIB_2), guest.instruction());
    guest.yields(TdxStatus.SUCCESS);
    assertEquals(new AcceptPage(new Gpa(4 * MIB), PageSize.KIB_4), guest.instruction());
    guest.yields(TdxStatus.SUCCESS).assertDone();
  }

  @Test
  @DisplayName("edge 27: a page accepted before is a failure for Linux")
  void aPageAcceptedBeforeIsAFailure() {
    accepting(4096, 4096)
        .yields(TdxStatus.PAGE_ALREADY_ACCEPTED.at(PageSize.KIB_4))
        .assertGivesUp();
  }

  @Test
  void aBusyEntryIsAFailure() {
    accepting(4096, 4096)
        .yields(TdxStatus.OPERAND_BUSY.about(TdxStatus.Operand.RCX))
        .assertGivesUp();
  }

  @Test
  @DisplayName("edge 56: a release at 2 MiB of what is mapped at 4 KiB is repeated at 4 KiB")
  void aReleaseAtTheWrongSizeIsRepeated() {
    GuestScript guest =
        begin(GpaRange.of(2 * MIB, 2 * MIB), Shareability.SHARED, DeviceAssignment.TDX_CONNECT);

    assertEquals(new ReleasePage(new Gpa(2 * MIB), PageSize.MIB_2), guest.instruction());
    guest.yields(TdxStatus.PAGE_SIZE_MISMATCH.at(PageSize.KIB_4));
    assertEquals(new ReleasePage(new Gpa(2 * MIB), PageSize.KIB_4), guest.instruction());
  }

  @Test
  void whatIsReleasedIsSharedAfterwards() {
    GuestScript guest =
        begin(GpaRange.of(4096, 8192), Shareability.SHARED, DeviceAssignment.TDX_CONNECT);

    guest.yields(TdxStatus.SUCCESS).yields(TdxStatus.EPT_ENTRY_FREE);

    assertEquals(new VmCall.MapGpa(4096 | 1L << 47, 8192), guest.call());
    guest.succeeds().assertDone();
  }

  private static GuestScript releasing() {
    return begin(GpaRange.of(0x5000, 0x2000), Shareability.SHARED, DeviceAssignment.TDX_CONNECT);
  }

  @Test
  void whatIsNotThereOrWasNeverAcceptedNeedsNoRelease() {
    GuestScript guest = releasing();

    guest.yields(TdxStatus.EPT_ENTRY_FREE.about(TdxStatus.Operand.RCX));
    assertEquals(new ReleasePage(new Gpa(0x6000), PageSize.KIB_4), guest.instruction());
    guest.yields(TdxStatus.EPT_ENTRY_STATE_INCORRECT.about(TdxStatus.Operand.RCX));

    guest.succeeds().assertDone();
  }

  @Test
  void aReleaseThatFailsIsGivenUp() {
    releasing().yields(TdxStatus.OPERAND_INVALID.about(TdxStatus.Operand.RCX)).assertGivesUp();
    releasing().yields(TdxStatus.PAGE_SIZE_MISMATCH.at(PageSize.MIB_2)).assertGivesUp();
  }
}
