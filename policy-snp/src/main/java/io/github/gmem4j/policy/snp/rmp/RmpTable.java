package io.github.gmem4j.policy.snp.rmp;

import io.github.gmem4j.policy.snp.ghcb.PageSize;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The reverse map table: an entry for each physical page it covers. An entry of 2 MiB stands for
 * its whole region, whatever is written behind it. Not thread-safe: used under the VM's MMU lock.
 */
public final class RmpTable {
  private final RmpCoverage coverage;
  private final Map<Long, RmpEntry> entries = new HashMap<>();

  /** Creates a table in which every page is the hypervisor's. */
  public RmpTable(RmpCoverage coverage) {
    this.coverage = coverage;
  }

  /** Tells whether a page has an entry. */
  public boolean covers(long pfn) {
    return coverage.covers(pfn);
  }

  /** Returns the entry of a page as the hardware looks it up; a page without one is shared. */
  public RmpEntry at(long pfn) {
    return region(pfn).orElseGet(() -> entries.getOrDefault(pfn, RmpEntry.HYPERVISOR));
  }

  /** Returns the 2 MiB entry that covers a page, if there is one. */
  Optional<RmpEntry> region(long pfn) {
    RmpEntry first = entries.get(base(pfn));
    return first != null && first.size() == PageSize.MIB_2 ? Optional.of(first) : Optional.empty();
  }

  /** Tells whether a page of the 2 MiB region around one has an owner other than the hypervisor. */
  boolean hasAssignedIn(long pfn) {
    for (long page = base(pfn); page < base(pfn) + PageSize.MIB_2.pages(); page++) {
      if (entries.getOrDefault(page, RmpEntry.HYPERVISOR).assigned()) {
        return true;
      }
    }
    return false;
  }

  /** Returns how many pages have an owner other than the hypervisor. */
  public long assignedPages() {
    return entries.values().stream()
        .filter(RmpEntry::assigned)
        .mapToLong(entry -> entry.size().pages())
        .sum();
  }

  static long base(long pfn) {
    return pfn - pfn % PageSize.MIB_2.pages();
  }

  void put(long pfn, RmpEntry entry) {
    if (entry.size() == PageSize.MIB_2) {
      for (long page = pfn; page < pfn + PageSize.MIB_2.pages(); page++) {
        entries.remove(page);
      }
    }
    if (entry.equals(RmpEntry.HYPERVISOR)) {
      entries.remove(pfn);
    } else {
      entries.put(pfn, entry);
    }
  }
}
