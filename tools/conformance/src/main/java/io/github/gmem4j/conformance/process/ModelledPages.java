package io.github.gmem4j.conformance.process;

import java.util.List;

/** Held pages of a modelled area. */
record ModelledPages(List<HeldPage> pages) implements HeldPages {
  @Override
  public int count() {
    return pages.size();
  }

  @Override
  public List<Long> firstBytes() {
    return pages.stream().map(page -> (long) page.firstByte()).toList();
  }

  @Override
  public void release() {
    pages.forEach(HeldPage::release);
  }
}
