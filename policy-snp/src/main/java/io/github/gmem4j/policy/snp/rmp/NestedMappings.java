package io.github.gmem4j.policy.snp.rmp;

import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.policy.snp.ghcb.PageSize;
import java.util.Optional;
import java.util.TreeMap;

/** The nested page table's private half: which physical page a frame leads to. */
final class NestedMappings {
  private final TreeMap<Long, Long> pfns = new TreeMap<>();

  void map(long gfn, long pfn) {
    pfns.put(gfn, pfn);
  }

  Optional<Long> at(long gfn) {
    return Optional.ofNullable(pfns.get(gfn));
  }

  void zap(GfnRange range) {
    pfns.subMap(range.first().value(), range.endExclusive()).clear();
  }

  /** Zaps the 512 frames from one on, not those of its region, as KVM does after a PSMASH. */
  void zapFrom(long gfn) {
    pfns.subMap(gfn, gfn + PageSize.MIB_2.pages()).clear();
  }
}
