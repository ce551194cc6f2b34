package io.github.gmem4j.policy.pkvm.platform;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.policy.pkvm.hvc.HvcResult;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The requests of one guest that were passed on to the host kernel, and what came of them. */
final class PassedCalls {
  /**
   * A request in the host kernel's hands.
   *
   * @param frames the pages
   * @param target what the guest wants them to be
   * @param word what the guest will be told whatever the kernel says, because EL2 has done it
   */
  record Passed(GfnRange frames, Shareability target, Optional<HvcResult> word) {}

  private final Map<Integer, Passed> underWay = new HashMap<>();

  /** Pages of which the guest was told that they are its own, and which are still shared. */
  private final Set<Gfn> promised = new HashSet<>();

  void begin(int vcpu, Passed request) {
    underWay.put(vcpu, request);
    if (request.target() == Shareability.SHARED) {
      promised.removeIf(request.frames()::contains);
    }
  }

  Optional<Passed> end(int vcpu) {
    return Optional.ofNullable(underWay.remove(vcpu));
  }

  /** Tells whether a vCPU is in a MEM_SHARE of a page. */
  boolean isBeingShared(Gfn gfn) {
    return underWay.values().stream()
        .anyMatch(call -> call.target() == Shareability.SHARED && call.frames().contains(gfn));
  }

  void promise(Gfn gfn) {
    promised.add(gfn);
  }

  void keepPromise(Gfn gfn) {
    promised.remove(gfn);
  }

  boolean isPromised(Gfn gfn) {
    return promised.contains(gfn);
  }
}
