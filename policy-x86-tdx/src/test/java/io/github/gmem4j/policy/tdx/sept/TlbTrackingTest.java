package io.github.gmem4j.policy.tdx.sept;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.policy.tdx.tdcall.TdxStatus;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus.Operand;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class TlbTrackingTest {
  private final Td td = new Td();
  private final RangeCalls ranges = td.firmware.ranges();
  private final PageCalls pages = td.firmware.pages();
  private final SeptPosition page = Td.small(7);

  TlbTrackingTest() {
    td.accepted(7);
  }

  @Test
  @DisplayName("edge 43: a page cannot be removed before it is blocked")
  void aPageCannotBeRemovedBeforeItIsBlocked() {
    assertEquals(TdxStatus.GPA_RANGE_NOT_BLOCKED.about(Operand.RCX), pages.remove(page));
  }

  @Test
  @DisplayName("edge 43: a page cannot be removed before its block is tracked")
  void aPageCannotBeRemovedBeforeItsBlockIsTracked() {
    ranges.block(page);

    assertEquals(TdxStatus.TLB_TRACKING_NOT_DONE.about(Operand.RCX), pages.remove(page));
  }

  @Test
  void aNewEpochIsNotEnoughWhileAVcpuOfTheOldOneIsInside() {
    td.host.enter(0);
    ranges.block(page);
    ranges.track();

    assertEquals(TdxStatus.TLB_TRACKING_NOT_DONE.about(Operand.RCX), pages.remove(page));

    td.host.kickVcpus();
    assertEquals(TdxStatus.SUCCESS, pages.remove(page));
  }

  @Test
  void aVcpuThatEnteredAfterTheTrackDoesNotHinder() {
    ranges.block(page);
    ranges.track();
    td.host.enter(0);

    assertEquals(TdxStatus.SUCCESS, pages.remove(page));
  }

  @Test
  @DisplayName("edge 44: a second track needs every vCPU of the previous epoch to have left")
  void aSecondTrackNeedsEveryVcpuToHaveLeft() {
    td.host.enter(0);
    assertEquals(TdxStatus.SUCCESS, ranges.track());

    assertEquals(TdxStatus.PREVIOUS_TLB_EPOCH_BUSY, ranges.track());

    td.host.kickVcpus();
    assertEquals(TdxStatus.SUCCESS, ranges.track());
  }

  @Test
  @DisplayName("tdh_mem_range_unblock.c: what is not blocked, and what is not tracked")
  void unblockingNeedsTrackingAndKeepsTheContent() {
    assertEquals(TdxStatus.EPT_ENTRY_STATE_INCORRECT.about(Operand.RCX), ranges.unblock(page));
    ranges.block(page);
    assertEquals(TdxStatus.TLB_TRACKING_NOT_DONE.about(Operand.SEPT_TREE), ranges.unblock(page));

    ranges.track();
    assertEquals(TdxStatus.SUCCESS, ranges.unblock(page));
    assertEquals(EntryState.MAPPED, td.stateOf(page));
  }

  @Test
  @DisplayName("tdh_mem_range_block.c: blocking twice is informational, but not success")
  void blockingTwiceIsInformationalButNotSuccess() {
    ranges.block(page);

    TdxStatus second = ranges.block(page);

    assertEquals(0x00000B07_00000001L, second.value());
    assertEquals(false, second.isError() || second.succeeded());
  }

  @Test
  void whatIsNotThereCannotBeBlocked() {
    assertEquals(TdxStatus.EPT_ENTRY_STATE_INCORRECT.about(Operand.RCX), ranges.block(Td.small(8)));
    assertEquals(TdxStatus.EPT_WALK_FAILED.about(Operand.RCX), ranges.block(Td.small(1 << 20)));
  }
}
