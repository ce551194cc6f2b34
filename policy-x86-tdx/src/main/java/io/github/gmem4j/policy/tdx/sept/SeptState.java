package io.github.gmem4j.policy.tdx.sept;

import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.policy.tdx.tdcall.PageSize;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * All that is remembered of one TD's private memory; the vCPUs' epochs are in {@link TlbEpochs}.
 * Holds no behaviour but look-up.
 */
final class SeptState {
  /** Levels from the root down. Tables above 1 GiB are taken to exist. */
  private static final List<PageSize> DOWNWARDS =
      List.of(PageSize.GIB_1, PageSize.MIB_2, PageSize.KIB_4);

  private final Map<PageSize, NavigableMap<Long, SeptEntry>> entries =
      new EnumMap<>(PageSize.class);

  /** Page metadata (PAMT): which entry owns a physical page; absent if it is free. */
  private final Map<Long, SeptPosition> owners = new HashMap<>();

  /** Entries at which a host operation met a lock: guests must let it go first. */
  private final Set<SeptPosition> hostPriority = new HashSet<>();

  /** Pages that were removed and could not be flushed; KVM's knowledge, not the module's. */
  private final Set<Long> quarantined = new HashSet<>();

  /** Pages of the TD that the host stored to: their integrity is gone. */
  private final Set<Long> spoiled = new HashSet<>();

  private boolean finalized;
  private boolean tornDown;

  SeptState() {
    for (PageSize level : PageSize.values()) {
      entries.put(level, new TreeMap<>());
    }
  }

  SeptEntry at(SeptPosition position) {
    return level(position.level()).getOrDefault(position.first().value(), SeptEntry.FREE);
  }

  void put(SeptPosition position, SeptEntry entry) {
    if (entry.state() == EntryState.FREE) {
      level(position.level()).remove(position.first().value());
    } else {
      level(position.level()).put(position.first().value(), entry);
    }
  }

  /** Walks towards an entry and returns where the walk ends: there, or above at no table. */
  SeptPosition walk(SeptPosition target) {
    for (PageSize level : DOWNWARDS) {
      SeptPosition position = SeptPosition.covering(target.first(), level);
      if (level == target.level() || at(position).state() != EntryState.NL_MAPPED) {
        return position;
      }
    }
    return target;
  }

  /** Returns the leaf that maps a frame. */
  Optional<SeptPosition> leafOver(Gfn gfn) {
    return Optional.of(walk(SeptPosition.covering(gfn, PageSize.KIB_4)))
        .filter(position -> at(position).state().isLeaf());
  }

  /** Returns the leaves that map a frame of a range, in no particular order of level. */
  List<SeptPosition> leavesIn(GfnRange range) {
    List<SeptPosition> leaves = new ArrayList<>();
    for (PageSize level : DOWNWARDS) {
      long from = SeptPosition.covering(range.first(), level).first().value();
      level(level)
          .subMap(from, range.endExclusive())
          .forEach((first, entry) -> {
            if (entry.state().isLeaf()) {
              leaves.add(new SeptPosition(level, new Gfn(first)));
            }
          });
    }
    return leaves;
  }

  Optional<SeptPosition> ownerOf(Folio folio) {
    return Optional.ofNullable(owners.get(folio.pfn()));
  }

  void own(FolioRun pages, SeptPosition owner) {
    pages.folios().forEach(folio -> owners.put(folio.pfn(), owner));
  }

  void free(FolioRun pages) {
    pages
        .folios()
        .forEach(folio -> {
          owners.remove(folio.pfn());
          spoiled.remove(folio.pfn());
        });
  }

  boolean isFree(FolioRun pages) {
    return pages.folios().stream().noneMatch(folio -> owners.containsKey(folio.pfn()));
  }

  Set<SeptPosition> hostPriority() {
    return hostPriority;
  }

  void quarantine(Folio folio) {
    quarantined.add(folio.pfn());
  }

  boolean isQuarantined(Folio folio) {
    return quarantined.contains(folio.pfn());
  }

  /** The host stores to a page of the TD. */
  void spoil(Folio folio) {
    spoiled.add(folio.pfn());
  }

  /** Tells whether the host stored to the page that a leaf maps at a frame. */
  boolean isSpoiled(Gfn gfn) {
    return !spoiled.isEmpty()
        && leafOver(gfn)
            .map(leaf -> at(leaf).pages().folios())
            .filter(folios -> folios.stream().anyMatch(folio -> spoiled.contains(folio.pfn())))
            .isPresent();
  }

  /** Tells whether the TD was finalized: it may run, and its TLBs must be tracked. */
  boolean isFinalized() {
    return finalized;
  }

  void markFinalized() {
    finalized = true;
  }

  /** Tells whether the TD has no key any more and its pages may be taken back. */
  boolean isTornDown() {
    return tornDown;
  }

  void markTornDown() {
    tornDown = true;
  }

  private NavigableMap<Long, SeptEntry> level(PageSize level) {
    return Objects.requireNonNull(entries.get(level), "every level has a map");
  }
}
