package io.github.gmem4j.cli.staging;

import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.participant.Participant;
import io.github.gmem4j.api.participant.PlannedConversion;
import io.github.gmem4j.api.participant.Preparation;
import io.github.gmem4j.cli.journal.Journal;
import io.github.gmem4j.cli.journal.Lane;
import io.github.gmem4j.cli.journal.PageNames;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * An IOMMU's map of the shared pages, for a device. A mapped page has a long-term pin, so it must
 * be unmapped before it can become private; a page that becomes shared is mapped.
 */
final class IommuMap implements Participant {
  private final Lane lane;
  private final PageRange pages;
  private final Journal journal;
  private final HostMapping process;
  private final SortedMap<Long, Pin> pins = new TreeMap<>();

  /** Maps what is shared now. */
  IommuMap(String name, PageRange pages, GuestMemory memory, Journal journal) {
    this.lane = Lane.of(name);
    this.pages = pages;
    this.journal = journal;
    this.process = memory.map(memory.size()).orThrow();
    long mapped = 0;
    for (long page = pages.first().value(); page < pages.endExclusive(); page++) {
      if (memory.shareability(new PageIndex(page)) == Shareability.SHARED) {
        map(page);
        mapped++;
      }
    }
    if (mapped > 0) {
      String which = mapped == pages.count().value() ? PageNames.of(pages) : mapped + " pages";
      journal.deed(lane, Lane.MEMORY, "maps " + which + " for DMA (long-term pins)");
    }
  }

  @Override
  public String name() {
    return lane.name();
  }

  @Override
  public Preparation prepare(PlannedConversion conversion) {
    if (conversion.target() == Shareability.PRIVATE && unmap(conversion.pages())) {
      journal.deed(
          lane,
          Lane.MEMORY,
          "unmaps " + PageNames.of(conversion.pages()) + " from the IOMMU, pin dropped");
    }
    return Preparation.READY;
  }

  @Override
  public void commit(PlannedConversion conversion) {
    if (conversion.target() == Shareability.SHARED && mapAgain(conversion.pages())) {
      journal.deed(lane, Lane.MEMORY, "maps " + PageNames.of(conversion.pages()) + " for DMA");
    }
  }

  @Override
  public void abort(PlannedConversion conversion) {
    if (conversion.target() == Shareability.PRIVATE && mapAgain(conversion.pages())) {
      journal.deed(
          lane, Lane.MEMORY, "maps " + PageNames.of(conversion.pages()) + " for DMA again");
    }
  }

  private boolean unmap(PageRange range) {
    SortedMap<Long, Pin> there = pins.subMap(range.first().value(), range.endExclusive());
    boolean any = !there.isEmpty();
    there.values().forEach(Pin::close);
    there.clear();
    return any;
  }

  private boolean mapAgain(PageRange range) {
    boolean any = false;
    long first = Math.max(range.first().value(), pages.first().value());
    for (long page = first; page < Math.min(range.endExclusive(), pages.endExclusive()); page++) {
      if (!pins.containsKey(page)) {
        map(page);
        any = true;
      }
    }
    return any;
  }

  private void map(long page) {
    pins.put(
        page, process.pin(new PageIndex(page), ReferenceKind.LONG_TERM, lane.name()).orThrow());
  }

  /** The device is gone: nothing is mapped for it any more. */
  void close() {
    pins.values().forEach(Pin::close);
    pins.clear();
    process.close();
  }
}
