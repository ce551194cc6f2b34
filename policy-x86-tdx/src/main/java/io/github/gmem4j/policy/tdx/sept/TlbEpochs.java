package io.github.gmem4j.policy.tdx.sept;

import io.github.gmem4j.policy.tdx.tdcall.TdxStatus;
import java.util.HashMap;
import java.util.Map;

/**
 * The TD's TLB epoch and which vCPUs are inside since which epoch. The module counts two epochs
 * only, the current and the one before: nobody may be left from the one before when the epoch
 * advances.
 *
 * <p>Source: TDX module 1.5.01, {@code tdh_mem_track.c}.
 */
final class TlbEpochs {
  private long current = 1;
  private final Map<Integer, Long> inside = new HashMap<>();

  long current() {
    return current;
  }

  void enter(int vcpu) {
    inside.put(vcpu, current);
  }

  void leave(int vcpu) {
    inside.remove(vcpu);
  }

  TdxStatus advance() {
    if (inside.containsValue(current - 1)) {
      return TdxStatus.PREVIOUS_TLB_EPOCH_BUSY;
    }
    current++;
    return TdxStatus.SUCCESS;
  }

  /** Tells whether no vCPU can have a translation any more that was blocked in an epoch. */
  boolean isTracked(long blockEpoch) {
    return blockEpoch < current - 1
        || (blockEpoch == current - 1 && !inside.containsValue(blockEpoch));
  }
}
