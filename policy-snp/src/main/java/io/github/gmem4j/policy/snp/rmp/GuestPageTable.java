package io.github.gmem4j.policy.snp.rmp;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;
import java.util.Map;
import java.util.TreeMap;

/**
 * How a guest's own page table maps its frames, all vCPUs alike: with the encryption bit, but for
 * what {@link PageTableChange} took it from. Not thread-safe: used under the VM's MMU lock.
 */
final class GuestPageTable {
  /** The frames without the bit: first frame to one past the last, disjoint. */
  private final TreeMap<Long, Long> withoutBit = new TreeMap<>();

  void apply(PageTableChange change) {
    clear(change.range());
    if (change.mapping() == Shareability.SHARED) {
      withoutBit.put(change.range().first().value(), change.range().endExclusive());
    }
  }

  private void clear(GfnRange range) {
    long first = range.first().value();
    long end = range.endExclusive();
    Map.Entry<Long, Long> before = withoutBit.lowerEntry(first);
    if (before != null && before.getValue() > first) {
      withoutBit.put(before.getKey(), first);
      keepBehind(end, before.getValue());
    }
    Map.Entry<Long, Long> last = withoutBit.lowerEntry(end);
    if (last != null && last.getKey() >= first) {
      keepBehind(end, last.getValue());
    }
    withoutBit.subMap(first, end).clear();
  }

  private void keepBehind(long end, long oldEnd) {
    if (oldEnd > end) {
      withoutBit.put(end, oldEnd);
    }
  }

  Shareability at(Gfn gfn) {
    Map.Entry<Long, Long> range = withoutBit.floorEntry(gfn.value());
    return range != null && gfn.value() < range.getValue()
        ? Shareability.SHARED
        : Shareability.PRIVATE;
  }
}
