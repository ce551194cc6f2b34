package io.github.gmem4j.core.vmm;

import io.github.gmem4j.api.vm.GfnRange;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The wishes that are being fulfilled, so that those for overlapping frames exclude each other. */
final class InFlight {
  private final Map<Integer, GfnRange> wishes = new HashMap<>();

  /** Enters a vCPU's wish; returns the vCPU in whose way it is, empty if it was entered. */
  synchronized Optional<Integer> enter(int vcpu, GfnRange frames) {
    for (var wish : wishes.entrySet()) {
      if (wish.getKey() != vcpu && wish.getValue().overlaps(frames)) {
        return Optional.of(wish.getKey());
      }
    }
    wishes.put(vcpu, frames);
    return Optional.empty();
  }

  synchronized void leave(int vcpu) {
    wishes.remove(vcpu);
  }
}
