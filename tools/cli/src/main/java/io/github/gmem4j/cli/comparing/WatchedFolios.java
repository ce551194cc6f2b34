package io.github.gmem4j.cli.comparing;

import io.github.gmem4j.api.policy.Folio;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;

/** The pages that one platform sees, each as one object for as long as it lives. */
final class WatchedFolios {
  private final Contents contents;
  private final IdentityHashMap<Folio, Watched> byPage = new IdentityHashMap<>();
  private final Map<Folio, Folio> originals = new HashMap<>();

  WatchedFolios(Contents contents) {
    this.contents = contents;
  }

  /** Returns the watched page of a page: always the same. */
  Folio watched(Folio page) {
    return byPage.computeIfAbsent(
        page,
        original -> {
          Watched watched = new Watched(original, contents);
          originals.put(watched, original);
          return watched;
        });
  }

  /** Returns the page of a watched page; any other as it is. */
  Folio original(Folio page) {
    return originals.getOrDefault(page, page);
  }

  /** A page whose contents are noted when they go. Its identity is its own, as a folio's is. */
  private static final class Watched implements Folio {
    private final Folio page;
    private final Contents contents;

    Watched(Folio page, Contents contents) {
      this.page = page;
      this.contents = contents;
    }

    @Override
    public long pfn() {
      return page.pfn();
    }

    @Override
    public void zero() {
      contents.replaced(pfn());
      page.zero();
    }

    @Override
    public void fill(byte[] bytes) {
      contents.replaced(pfn());
      page.fill(bytes);
    }

    @Override
    public void scramble() {
      contents.scrambled(pfn());
      page.scramble();
    }

    @Override
    public String toString() {
      return page.toString();
    }
  }
}
