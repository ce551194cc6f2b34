package io.github.gmem4j.policy.tdx.sept;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.policy.tdx.tdcall.PageSize;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus.Operand;
import io.github.gmem4j.policy.tdx.tdcall.VmCallStatus;
import org.junit.jupiter.api.Test;

final class StatusTest {
  @Test
  void aStatusCarriesADetail() {
    TdxStatus busy = TdxStatus.OPERAND_BUSY.about(Operand.TD_EPOCH);

    assertEquals(0x80000200_000000A9L, busy.value());
    assertEquals(0xA9, busy.detail());
    assertTrue(busy.is(TdxStatus.OPERAND_BUSY));
    assertFalse(busy.is(TdxStatus.PREVIOUS_TLB_EPOCH_BUSY));
  }

  @Test
  void classBitsTellErrorsFromInformation() {
    assertTrue(TdxStatus.OPERAND_BUSY.isError());
    assertFalse(TdxStatus.OPERAND_BUSY.isNonRecoverable());
    assertTrue(TdxStatus.PAGE_SIZE_MISMATCH.isNonRecoverable());

    TdxStatus accepted = TdxStatus.PAGE_ALREADY_ACCEPTED.at(PageSize.MIB_2);
    assertEquals(0x00000B0A_00000001L, accepted.value());
    assertFalse(accepted.isError());
    assertFalse(accepted.succeeded());
  }

  @Test
  void retryIsNotAnErrorBit() {
    assertFalse(VmCallStatus.RETRY.hasErrorBit());
    assertTrue(VmCallStatus.GPA_INUSE.hasErrorBit());
    assertEquals(0x8000000000000002L, VmCallStatus.ALIGN_ERROR.value());
  }

  @Test
  void everyStateKnowsItsBlockedSelf() {
    for (EntryState state : EntryState.values()) {
      assertEquals(state.unblocked(), state.blocked().unblocked());
      assertEquals(state != EntryState.FREE, state.blocked().isBlocked());
    }
    assertEquals(132, EntryState.NL_MAPPED.number());
    assertEquals(0x78, EntryState.PENDING_BLOCKED.encoding());
  }
}
