package io.github.gmem4j.policy.pkvm.el2;

import io.github.gmem4j.api.vm.GfnRange;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The MEM_UNSHARE calls of one VM that were vetted and have not returned: for each vCPU the frames
 * it still waits for. In memory of the hypervisor's own, where neither KVM nor the VMM can forge
 * it.
 */
final class CallsUnderWay {
  private final Map<Integer, Set<Long>> unshares = new HashMap<>();

  /** A vCPU's MEM_UNSHARE is passed on; it has no other call under way. */
  void begin(int vcpu, GfnRange range) {
    Set<Long> frames = new HashSet<>();
    for (long gfn = range.first().value(); gfn < range.endExclusive(); gfn++) {
      frames.add(gfn);
    }
    unshares.put(vcpu, frames);
  }

  /** A vCPU's call is over. */
  void end(int vcpu) {
    unshares.remove(vcpu);
  }

  /** The guest wants pages shared after all: nobody waits for them to become private. */
  void cancel(GfnRange range) {
    unshares.values().forEach(frames -> frames.removeIf(gfn -> isIn(range, gfn)));
  }

  /** Tells whether some vCPU waits for a page to become private. */
  boolean unshares(long gfn) {
    return unshares.values().stream().anyMatch(frames -> frames.contains(gfn));
  }

  /** Tells whether a vCPU waits for a page to become private. */
  boolean unshares(int vcpu, long gfn) {
    return unshares.getOrDefault(vcpu, Set.of()).contains(gfn);
  }

  private static boolean isIn(GfnRange range, long gfn) {
    return gfn >= range.first().value() && gfn < range.endExclusive();
  }
}
