package io.github.gmem4j.policy.pkvm.kvm;

import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.policy.pkvm.hvc.Hvc;
import io.github.gmem4j.policy.pkvm.hvc.HvcProfile;
import io.github.gmem4j.policy.pkvm.hvc.HvcResult;

/**
 * A MEM_SHARE or MEM_UNSHARE that EL2 has vetted. It changes all of its pages or none.
 *
 * @param range the guest physical bytes
 * @param success what the guest finds in its registers if they have changed
 */
record MemoryCall(GpaRange range, HvcResult success) {
  static MemoryCall of(Hvc call, HvcProfile profile) {
    long granules = profile.hasRanges() && call.x2() != 0 ? call.x2() : 1;
    return new MemoryCall(
        new GpaRange(new Gpa(call.x1()), new PageCount(granules).bytes()),
        profile.hasRanges() ? HvcResult.successOf(granules) : HvcResult.SUCCESS);
  }
}
