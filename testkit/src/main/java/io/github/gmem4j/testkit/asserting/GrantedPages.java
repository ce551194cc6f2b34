package io.github.gmem4j.testkit.asserting;

import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Which frames a platform has granted pages to, and which of these pages it still owns. */
final class GrantedPages {
  private final Map<Gfn, Folio> mapped = new HashMap<>();
  private final IdentityHashMap<Folio, Gfn> owned = new IdentityHashMap<>();

  synchronized void add(Gfn gfn, Folio folio) {
    mapped.put(gfn, folio);
    owned.put(folio, gfn);
  }

  synchronized void zap(GfnRange range) {
    mapped.keySet().removeIf(range::contains);
  }

  synchronized void giveBack(Folio folio) {
    owned.remove(folio);
  }

  synchronized boolean isMapped(Gfn gfn) {
    return mapped.containsKey(gfn);
  }

  // A folio is itself and no other.
  @SuppressWarnings("ReferenceEquality")
  synchronized boolean isMapped(Folio folio) {
    return mapped.values().stream().anyMatch(page -> page == folio);
  }

  synchronized Set<Gfn> mappedFrames() {
    return new TreeSet<>(mapped.keySet());
  }

  synchronized Set<Long> ownedPages() {
    return owned.keySet().stream().map(Folio::pfn).collect(Collectors.toCollection(TreeSet::new));
  }
}
