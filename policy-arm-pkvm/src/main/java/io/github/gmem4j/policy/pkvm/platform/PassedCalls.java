package io.github.gmem4j.policy.pkvm.platform;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.policy.pkvm.hvc.FunctionId;
import io.github.gmem4j.policy.pkvm.hvc.Hvc;
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

  /** Where a vCPU's MEM_SHARE met a frame without a page; it makes the call again. */
  private final Map<Integer, Gfn> missing = new HashMap<>();

  /** Pages that are shared and whose next MEM_SHARE is to succeed all the same. */
  private final Set<Gfn> owed = new HashSet<>();

  /** Pages of which the guest was told that they are its own, and which are still shared. */
  private final Set<Gfn> promised = new HashSet<>();

  /** Returns what a call wants pages to be; empty if it is no such call. */
  static Optional<Shareability> targetOf(Hvc hvc) {
    Optional<FunctionId> function = hvc.function();
    if (function.equals(Optional.of(FunctionId.MEM_SHARE))) {
      return Optional.of(Shareability.SHARED);
    }
    return function.equals(Optional.of(FunctionId.MEM_UNSHARE))
        ? Optional.of(Shareability.PRIVATE)
        : Optional.empty();
  }

  void begin(int vcpu, Passed request) {
    underWay.put(vcpu, request);
    if (request.target() == Shareability.SHARED) {
      promised.removeIf(request.frames()::contains);
      owed.removeIf(request.frames()::contains);
    }
  }

  Optional<Passed> end(int vcpu) {
    return Optional.ofNullable(underWay.remove(vcpu));
  }

  /** Tells whether a vCPU is in a call that wants a page to be something. */
  boolean isAskedToBe(Gfn gfn, Shareability target) {
    return underWay.values().stream()
        .anyMatch(call -> call.target() == target && call.frames().contains(gfn));
  }

  /** A vCPU's MEM_SHARE lacks a page, and it will make the call again. */
  void lacks(int vcpu, Gfn gfn) {
    missing.put(vcpu, gfn);
  }

  /** A vCPU makes a call, or does not make one again in this run. */
  void lacksNothing(int vcpu) {
    missing.remove(vcpu);
  }

  /** Tells whether a MEM_SHARE lacks a page at a frame. */
  boolean isMissing(Gfn gfn) {
    return missing.containsValue(gfn);
  }

  /** A page was shared for a MEM_SHARE that will be made again, and is to succeed then. */
  void owe(Gfn gfn) {
    owed.add(gfn);
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

  /** Tells whether a MEM_SHARE of a page that is shared is the guest's newest word. */
  boolean acceptsShare(Gfn gfn) {
    return promised.contains(gfn) || owed.contains(gfn);
  }
}
