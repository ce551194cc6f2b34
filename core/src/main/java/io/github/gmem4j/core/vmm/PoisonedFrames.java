package io.github.gmem4j.core.vmm;

import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.vm.GfnRange;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Frames of which nobody knows who may touch them, as a participant broke its promise. */
final class PoisonedFrames {
  private final List<Settlement.Poisoned> poisoned = new CopyOnWriteArrayList<>();

  Settlement.Poisoned add(GfnRange frames, String reason) {
    Settlement.Poisoned added = new Settlement.Poisoned(frames, reason);
    poisoned.add(added);
    return added;
  }

  Optional<Settlement.Poisoned> touching(GfnRange frames) {
    return poisoned.stream().filter(known -> known.range().overlaps(frames)).findFirst();
  }
}
