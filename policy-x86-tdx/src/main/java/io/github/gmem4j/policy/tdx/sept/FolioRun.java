package io.github.gmem4j.policy.tdx.sept;

import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.policy.tdx.tdcall.PageSize;
import java.util.List;

/**
 * The physical pages behind one leaf, in ascending order.
 *
 * @param folios one page or as many as a larger leaf has
 */
record FolioRun(List<Folio> folios) {
  static final FolioRun NONE = new FolioRun(List.of());

  FolioRun {
    folios = List.copyOf(folios);
  }

  static FolioRun of(Folio folio) {
    return new FolioRun(List.of(folio));
  }

  /** Tells whether the pages are contiguous and aligned and make up one page of a size. */
  boolean fills(PageSize size) {
    if (folios.size() != size.pages() || folios.getFirst().pfn() % size.pages() != 0) {
      return false;
    }
    long first = folios.getFirst().pfn();
    for (int i = 1; i < folios.size(); i++) {
      if (folios.get(i).pfn() != first + i) {
        return false;
      }
    }
    return true;
  }

  /** Returns the part behind one of the entries of the table one level down. */
  FolioRun part(int index) {
    int pages = folios.size() / SeptPosition.FANOUT;
    return new FolioRun(folios.subList(index * pages, (index + 1) * pages));
  }
}
