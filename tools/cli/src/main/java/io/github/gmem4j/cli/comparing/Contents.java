package io.github.gmem4j.cli.comparing;

import io.github.gmem4j.api.vm.Gfn;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Notes which pages hold something that somebody wrote, and which of them lost it: it was replaced,
 * or nobody can read it any more for the lack of the guest's key. A page that is scrambled twice
 * with no write in between is readable again.
 */
final class Contents {
  private final Map<Long, Gfn> framesByPfn = new HashMap<>();
  private final Set<Gfn> written = new HashSet<>();
  private final Set<Gfn> unreadable = new HashSet<>();
  private final Set<Gfn> lost = new HashSet<>();
  private boolean guestIsGone;

  /** A page lies behind a frame. */
  void lies(Gfn gfn, long pfn) {
    framesByPfn.put(pfn, gfn);
  }

  /** Somebody wrote to a frame. */
  void wrote(Gfn gfn) {
    if (unreadable.remove(gfn)) {
      lost.add(gfn);
    }
    written.add(gfn);
  }

  /** Does something to pages whose guest does not miss them any more. */
  void withoutGuest(Runnable deed) {
    guestIsGone = true;
    try {
      deed.run();
    } finally {
      guestIsGone = false;
    }
  }

  /** The platform replaces a page's bytes, or the page. */
  void replaced(long pfn) {
    Gfn gfn = framesByPfn.get(pfn);
    if (gfn != null && written.remove(gfn)) {
      unreadable.remove(gfn);
      if (!guestIsGone) {
        lost.add(gfn);
      }
    }
  }

  /** The platform shows a page's bytes as they are without the guest's key, or with it again. */
  void scrambled(long pfn) {
    Gfn gfn = framesByPfn.get(pfn);
    if (gfn != null && written.contains(gfn) && !unreadable.remove(gfn)) {
      unreadable.add(gfn);
    }
  }

  /** Returns how many pages lost what was written to them. */
  int lostPages() {
    Set<Gfn> all = new HashSet<>(lost);
    all.addAll(unreadable);
    return all.size();
  }
}
