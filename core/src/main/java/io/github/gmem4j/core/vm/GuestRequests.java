package io.github.gmem4j.core.vm;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.GpaRange;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The requests of a VM's vCPUs that have left {@code run()} and are to be completed inside it. Of
 * two that contradict each other the newer wins: the older one no longer stands. Thread-safe.
 */
public final class GuestRequests {
  private record Request(GpaRange range, Shareability target) {
    boolean contradicts(GpaRange other, Shareability otherTarget) {
      return target != otherTarget && range.frames().overlaps(other.frames());
    }
  }

  private final Map<Integer, Request> standing = new ConcurrentHashMap<>();
  private final Map<Integer, Request> overtaken = new ConcurrentHashMap<>();

  /** Notes a vCPU's request; one that is noted already keeps its age. */
  public void open(int vcpu, GpaRange range, Shareability target) {
    Request request = new Request(range, target);
    if (!isRangeOfPages(range) || request.equals(overtaken.get(vcpu))) {
      return;
    }
    overtaken.remove(vcpu);
    standing.put(vcpu, request);
  }

  /** Forgets a vCPU's request. */
  public void close(int vcpu) {
    standing.remove(vcpu);
    overtaken.remove(vcpu);
  }

  /** Notes that a vCPU converts now: requests of others that contradict no longer stand. */
  public void overtake(int by, GpaRange range, Shareability target) {
    if (!isRangeOfPages(range)) {
      return;
    }
    standing.forEach((vcpu, request) -> {
      if (vcpu != by && request.contradicts(range, target) && standing.remove(vcpu, request)) {
        overtaken.put(vcpu, request);
      }
    });
  }

  /** Tells whether no newer request contradicts a vCPU's. */
  public boolean stands(int vcpu) {
    return !overtaken.containsKey(vcpu);
  }

  private static boolean isRangeOfPages(GpaRange range) {
    return range.isPageAligned() && !range.isEmptyOrWraps();
  }
}
