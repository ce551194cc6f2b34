package io.github.gmem4j.policy.tdx.sept;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.api.seam.FaultSite;
import io.github.gmem4j.policy.tdx.tdcall.PageSize;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus.Operand;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Locks that host operations meet: which operand is named, and what is marked. */
final class LocksTest {
  private final Td td = new Td();

  /** An operation on the entry of frame 3, and the site at which it finds the entry locked. */
  private record Operation(FaultSite entryBusy, Supplier<TdxStatus> call) {}

  private List<Operation> operations() {
    TdxFirmware module = td.firmware;
    SeptPosition page = Td.small(3);
    return List.of(
        new Operation(SeptFaults.RANGE_BLOCK_BUSY, () -> module.ranges().block(page)),
        new Operation(SeptFaults.RANGE_UNBLOCK_BUSY, () -> module.ranges().unblock(page)),
        new Operation(SeptFaults.PAGE_REMOVE_BUSY, () -> module.pages().remove(page)),
        new Operation(
            SeptFaults.PAGE_AUG_BUSY,
            () -> module.pages().aug(page, FolioRun.of(new FakeFolio(4)))),
        new Operation(SeptFaults.SEPT_ADD_BUSY, () -> module.tables().add(Td.LARGE)),
        new Operation(SeptFaults.PAGE_DEMOTE_BUSY, () -> module.tables().demote(Td.LARGE)),
        new Operation(SeptFaults.PAGE_PROMOTE_BUSY, () -> module.tables().promote(Td.LARGE)));
  }

  @Test
  @DisplayName("tdh_mem_*.c: an entry that is locked is named by the register that led to it")
  void anEntryIsNamedByItsRegister() {
    td.accepted(3);

    for (Operation operation : operations()) {
      td.host.fail(operation.entryBusy(), 1);
      assertEquals(TdxStatus.OPERAND_BUSY.about(Operand.RCX), operation.call().get());
    }
  }

  @Test
  @DisplayName(
      "helpers.c, lock_sept_check_and_walk_private_gpa: the tree is locked before the walk")
  void theTreeIsLockedBeforeTheWalk() {
    for (Operation operation : operations()) {
      td.host.fail(SeptFaults.SEPT_TREE_BUSY, 1);
      assertEquals(TdxStatus.OPERAND_BUSY.about(Operand.SEPT_TREE), operation.call().get());
      assertEquals(TdxStatus.EPT_WALK_FAILED.about(Operand.RCX), operation.call().get());
    }
  }

  @Test
  @DisplayName(
      "tdx_locks.h, sept_lock_acquire_host: only an entry is marked, not what the tree hid")
  void theTreesLockMarksNoEntry() {
    td.pending(3);
    td.host.fail(SeptFaults.SEPT_TREE_BUSY, 1);

    td.firmware.ranges().block(Td.small(3));

    assertEquals(new AcceptOutcome.Finished(TdxStatus.SUCCESS), td.accept(3, PageSize.KIB_4));
  }
}
