package io.github.gmem4j.core.vm;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.api.vm.GpaRange;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The requests of a VM's vCPUs that have left {@code run()} and are to be completed inside it. Of
 * two that contradict each other the newer wins: the older one no longer stands. Thread-safe.
 */
public final class GuestRequests {
  /** What a vCPU asked for, and whether a newer request has come in between. */
  private record Request(GpaRange range, Shareability target, boolean overtaken) {
    boolean asks(GpaRange otherRange, Shareability otherTarget) {
      return target == otherTarget && range.equals(otherRange);
    }

    boolean contradicts(GpaRange other, Shareability otherTarget) {
      return target != otherTarget && range.frames().overlaps(other.frames());
    }

    Request overtake() {
      return new Request(range, target, true);
    }
  }

  private static final int NOBODY = -1;

  // A mark lives and goes with its request: both are one entry.
  private final Map<Integer, Request> requests = new ConcurrentHashMap<>();

  /** Notes a vCPU's request; one that is noted already keeps its age and its mark. */
  public void open(int vcpu, GpaRange range, Shareability target) {
    if (!isRangeOfPages(range)) {
      close(vcpu);
      return;
    }
    requests.compute(
        vcpu,
        (id, noted) ->
            noted != null && noted.asks(range, target) ? noted : new Request(range, target, false));
  }

  /** Forgets a vCPU's request; tells whether there was one. */
  public boolean close(int vcpu) {
    return requests.remove(vcpu) != null;
  }

  /** Notes that a vCPU converts now: requests of others that contradict no longer stand. */
  public void overtake(int by, GpaRange range, Shareability target) {
    if (isRangeOfPages(range)) {
      requests.replaceAll((vcpu, request) ->
          vcpu != by && request.contradicts(range, target) ? request.overtake() : request);
    }
  }

  /** Notes that the VMM converts now: requests that contradict no longer stand. */
  void overtakeByVmm(GpaRange range, Shareability target) {
    overtake(NOBODY, range, target);
  }

  /** Notes that a slot is gone: requests for its frames no longer stand. */
  void cancel(GfnRange frames) {
    requests.replaceAll((vcpu, request) ->
        request.range().frames().overlaps(frames) ? request.overtake() : request);
  }

  /** Tells whether no newer request contradicts a vCPU's. */
  public boolean stands(int vcpu) {
    Request request = requests.get(vcpu);
    return request == null || !request.overtaken();
  }

  private static boolean isRangeOfPages(GpaRange range) {
    return range.isPageAligned() && !range.isEmptyOrWraps();
  }
}
