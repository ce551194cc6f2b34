package io.github.gmem4j.policy.pkvm.el2;

import io.github.gmem4j.api.policy.Folio;
import java.util.List;

/**
 * Physically consecutive pages.
 *
 * @param folios the pages in order, at least one
 */
public record FolioRun(List<Folio> folios) {
  /**
   * Checks the run.
   *
   * @throws IllegalArgumentException if it is empty or a frame number does not follow on the last
   */
  public FolioRun {
    folios = List.copyOf(folios);
    if (folios.isEmpty()) {
      throw new IllegalArgumentException("a run has at least one page");
    }
    for (int i = 0; i < folios.size(); i++) {
      long expected = folios.getFirst().pfn() + i;
      if (folios.get(i).pfn() != expected) {
        throw new IllegalArgumentException(
            "page %d of the run is 0x%x, not 0x%x".formatted(i, folios.get(i).pfn(), expected));
      }
    }
  }

  /** Returns the run of one page. */
  public static FolioRun of(Folio folio) {
    return new FolioRun(List.of(folio));
  }

  /** Returns how many pages it has. */
  public int pages() {
    return folios.size();
  }

  /** Returns the frame number of the first page. */
  public long firstPfn() {
    return folios.getFirst().pfn();
  }
}
