package io.github.gmem4j.policy.tdx.sept;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.policy.Execution;
import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.policy.tdx.tdcall.PageSize;
import io.github.gmem4j.policy.tdx.tdcall.TdCall;
import io.github.gmem4j.policy.tdx.tdcall.TdCallResult;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus.Operand;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class TdxConnectTest {
  private static final GfnRange PAGE = GfnRange.of(3, 1);

  private final Td td = new Td(PageReset.NONE, DeviceAssignment.TDX_CONNECT);

  @Test
  @DisplayName("edge 55: an accepted page is objected to and cannot be blocked")
  void anAcceptedPageIsObjectedTo() {
    Folio page = td.accepted(3);

    assertTrue(td.platform.objectionToSharing(page).isPresent());
    assertEquals(
        TdxStatus.EPT_ENTRY_STATE_INCORRECT.about(Operand.RCX),
        td.firmware.ranges().block(Td.small(3)));
    assertEquals(List.of(), td.host.bugs());
  }

  @Test
  void whatTheGuestReleasedMayGo() {
    Folio page = td.accepted(3);
    assertEquals(TdxStatus.SUCCESS, td.release(3, PageSize.KIB_4));

    assertTrue(td.platform.objectionToSharing(page).isEmpty());
    td.platform.zapPrivate(PAGE);
    assertEquals(EntryState.FREE, td.stateOf(Td.small(3)));
    assertEquals(List.of(), td.host.bugs());
  }

  @Test
  void aPendingPageMayGo() {
    Folio page = td.pending(3);

    assertTrue(td.platform.objectionToSharing(page).isEmpty());
  }

  @Test
  @DisplayName("edge 56: a release at 2 MiB of a 4 KiB page names the expected level")
  void aReleaseAtTheWrongSizeNamesTheExpectedLevel() {
    td.accepted(512);

    TdxStatus status = td.release(512, PageSize.MIB_2);

    assertTrue(status.is(TdxStatus.PAGE_SIZE_MISMATCH));
    assertEquals(0, status.detail());
    assertEquals(TdxStatus.SUCCESS, td.release(512, PageSize.KIB_4));
  }

  @Test
  void whatIsNotAcceptedCannotBeReleased() {
    td.pending(3);

    assertTrue(td.release(3, PageSize.KIB_4).is(TdxStatus.EPT_ENTRY_STATE_INCORRECT));
    assertTrue(td.release(4, PageSize.KIB_4).is(TdxStatus.EPT_ENTRY_FREE));
  }

  @Test
  void withoutDevicesThereIsNoRelease() {
    Td plain = new Td();
    Folio page = plain.accepted(3);

    assertEquals(
        new Execution.Finished(new TdCallResult(TdxStatus.OPERAND_INVALID.about(Operand.RAX))),
        plain.platform.execute(new TdCall.ReleasePage(Td.gpa(3), PageSize.KIB_4)));
    assertTrue(plain.platform.objectionToSharing(page).isEmpty());
  }
}
