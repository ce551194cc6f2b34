package io.github.gmem4j.policy.snp.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.policy.GuestMove;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.policy.snp.ghcb.ExitInfo;
import io.github.gmem4j.policy.snp.ghcb.Ghcb;
import io.github.gmem4j.policy.snp.ghcb.GhcbMsr;
import io.github.gmem4j.policy.snp.ghcb.PscBuffer;
import io.github.gmem4j.policy.snp.ghcb.VmgExit;
import io.github.gmem4j.policy.snp.ghcb.VmgExitResult;
import io.github.gmem4j.policy.snp.rmp.PageTableChange;
import io.github.gmem4j.policy.snp.rmp.SnpInstruction;
import io.github.gmem4j.policy.snp.rmp.SnpInstructionResult;

/** Plays hypervisor and hardware for a guest, move by move. */
final class GuestScript {
  static final Gpa GHCB = new Gpa(0x7000);

  private final GuestKernel kernel;
  private GuestMove move;

  GuestScript(Habits habits, long firstGfn, long pages, Shareability target) {
    kernel = new PscGuest(habits, GHCB);
    move = kernel.begin(GpaRange.of(firstGfn << 12, pages << 12), target);
    writePageTable();
  }

  /** Nobody refuses what a guest does with its own page table. */
  private void writePageTable() {
    if (move instanceof GuestMove.Execute execute
        && execute.instruction() instanceof PageTableChange) {
      move = kernel.afterInstruction(execute.progress(), PageTableChange.WRITTEN);
    }
  }

  GuestMove move() {
    return move;
  }

  VmgExit call() {
    GuestMove.Call call = assertInstanceOf(GuestMove.Call.class, move);
    return assertInstanceOf(VmgExit.class, call.call());
  }

  Ghcb ghcb() {
    return assertInstanceOf(VmgExit.Event.class, call()).ghcb();
  }

  PscBuffer buffer() {
    return ghcb().buffer();
  }

  SnpInstruction.Pvalidate instruction() {
    GuestMove.Execute execute = assertInstanceOf(GuestMove.Execute.class, move);
    return assertInstanceOf(SnpInstruction.Pvalidate.class, execute.instruction());
  }

  /** All entries are done. */
  GuestScript succeeds() {
    int entries = buffer().header().endEntry() + 1;
    return answers(ExitInfo.NONE, buffer().completed(0, entries));
  }

  GuestScript answers(ExitInfo info, PscBuffer buffer) {
    return returns(new VmgExitResult.Event(info, buffer));
  }

  GuestScript responds(GhcbMsr msr) {
    return returns(new VmgExitResult.Msr(msr));
  }

  private GuestScript returns(GuestResult result) {
    GuestMove.Call call = assertInstanceOf(GuestMove.Call.class, move);
    move = kernel.afterCall(call.progress(), result);
    writePageTable();
    return this;
  }

  GuestScript yields(SnpInstructionResult result) {
    GuestMove.Execute execute = assertInstanceOf(GuestMove.Execute.class, move);
    move = kernel.afterInstruction(execute.progress(), result);
    return this;
  }

  void assertDone() {
    assertInstanceOf(GuestMove.Done.class, move);
  }

  void assertGivesUp() {
    assertInstanceOf(GuestMove.GiveUp.class, move);
  }

  void assertTerminates(GhcbMsr reason) {
    assertEquals(new VmgExit.Msr(reason), call());
  }
}
