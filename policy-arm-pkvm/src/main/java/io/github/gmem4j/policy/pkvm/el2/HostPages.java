package io.github.gmem4j.policy.pkvm.el2;

import io.github.gmem4j.api.policy.Folio;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/** The records of all pages that are not simply the host's. */
final class HostPages {
  private final Map<Long, HostPage> records = new HashMap<>();

  /** Returns a page's record to look at; of a page without one, a new one that is not kept. */
  HostPage at(Folio folio) {
    HostPage page = records.get(folio.pfn());
    return page == null ? new HostPage(folio) : page;
  }

  /** Keeps what was changed in a record; a page that is simply the host's needs none. */
  void update(HostPage page) {
    if (page.isPlain()) {
      records.remove(page.folio.pfn());
    } else {
      records.put(page.folio.pfn(), page);
    }
  }

  Collection<HostPage> records() {
    return Collections.unmodifiableCollection(records.values());
  }
}
