package io.github.gmem4j.policy.pkvm.guest;

import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.guest.InstructionResult;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.policy.GuestMove;
import io.github.gmem4j.api.policy.GuestProgress;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.policy.pkvm.hvc.HvcResult;

/**
 * How Linux converts as a protected guest: one call for each page, in order, until one fails; what
 * was converted before stays so. Its page tables do not change, since one address serves both
 * states.
 *
 * <p>A range that begins inside a page is not converted at all, and reported as done. Source: Linux
 * 7.3 {@code drivers/virt/coco/pkvm-guest}, {@code arch/arm64/mm/mem_encrypt.c}.
 */
public final class LinuxGuest implements GuestKernel {
  @Override
  public GuestMove begin(GpaRange range, Shareability target) {
    long size = range.size().value();
    long granules = (size >>> Page.SHIFT) + (Page.isAligned(size) ? 0 : 1);
    return Page.isAligned(range.start().value()) && granules != 0
        ? call(new Walk(range.start(), granules, target))
        : GuestMove.DONE;
  }

  @Override
  public GuestMove afterCall(GuestProgress progress, GuestResult result) {
    if (!(progress instanceof Walk walk) || !(result instanceof HvcResult answer)) {
      return new GuestMove.GiveUp("unexpected " + result + " after " + progress);
    }
    if (!answer.succeeded()) {
      return new GuestMove.GiveUp(walk.failure(answer));
    }
    return walk.endsAfter(1) ? GuestMove.DONE : call(walk.advanced(1));
  }

  @Override
  public GuestMove afterInstruction(GuestProgress progress, InstructionResult result) {
    return new GuestMove.GiveUp("unexpected " + result + " after " + progress);
  }

  private static GuestMove call(Walk walk) {
    return new GuestMove.Call(walk.callForOne(), walk);
  }
}
