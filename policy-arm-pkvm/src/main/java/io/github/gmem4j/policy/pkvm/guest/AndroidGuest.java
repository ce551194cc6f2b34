package io.github.gmem4j.policy.pkvm.guest;

import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.guest.InstructionResult;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.policy.GuestMove;
import io.github.gmem4j.api.policy.GuestProgress;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.policy.pkvm.hvc.HvcProfile;
import io.github.gmem4j.policy.pkvm.hvc.HvcResult;

/**
 * How the Android common kernel converts as a protected guest: one call for all that is left, from
 * where the last one stopped; granule by granule where HYP_MEMINFO offers no ranges. A range that
 * is not made of whole granules is refused.
 *
 * <p>Source: the Android common kernel's {@code drivers/virt/coco/pkvm-guest}.
 */
public final class AndroidGuest implements GuestKernel {
  private final HvcProfile profile;

  /**
   * Creates the guest kernel.
   *
   * @param profile which calls the hypervisor knows
   */
  public AndroidGuest(HvcProfile profile) {
    this.profile = profile;
  }

  @Override
  public GuestMove begin(GpaRange range, Shareability target) {
    if (!range.isPageAligned()) {
      return new GuestMove.GiveUp("EINVAL: not made of whole granules: " + range);
    }
    long granules = range.size().value() >>> Page.SHIFT;
    return granules == 0 ? GuestMove.DONE : call(new Walk(range.start(), granules, target));
  }

  @Override
  public GuestMove afterCall(GuestProgress progress, GuestResult result) {
    if (!(progress instanceof Walk walk) || !(result instanceof HvcResult answer)) {
      return new GuestMove.GiveUp("unexpected " + result + " after " + progress);
    }
    long done = profile.hasRanges() ? answer.x1() : 1;
    boolean sane = done != 0 && Long.compareUnsigned(done, walk.granules()) <= 0;
    if (!answer.succeeded() || !sane) {
      return new GuestMove.GiveUp(walk.failure(answer));
    }
    return walk.endsAfter(done) ? GuestMove.DONE : call(walk.advanced(done));
  }

  @Override
  public GuestMove afterInstruction(GuestProgress progress, InstructionResult result) {
    return new GuestMove.GiveUp("unexpected " + result + " after " + progress);
  }

  private GuestMove call(Walk walk) {
    return new GuestMove.Call(profile.hasRanges() ? walk.callForAll() : walk.callForOne(), walk);
  }
}
