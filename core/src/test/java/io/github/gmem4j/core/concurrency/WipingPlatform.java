package io.github.gmem4j.core.concurrency;

import io.github.gmem4j.api.guest.PlatformInstruction;
import io.github.gmem4j.api.policy.Execution;
import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.policy.Granting;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.policy.PrivateAccess;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;
import java.util.HashMap;
import java.util.Map;

/**
 * A platform that wipes pages before the host gets them, and keeps books of who owns what. Not
 * thread-safe by itself, on purpose: the engine promises one call at a time.
 */
final class WipingPlatform implements Platform {
  private final Map<Folio, Gfn> owned = new HashMap<>();
  private final Map<Gfn, Folio> mapped = new HashMap<>();

  @Override
  public Granting makePrivate(Gfn gfn, Folio folio) {
    Gfn other = owned.putIfAbsent(folio, gfn);
    if (other != null && !other.equals(gfn)) {
      throw new AssertionError(gfn + ": page belongs to " + other);
    }
    mapped.put(gfn, folio);
    return Granting.GRANTED;
  }

  @Override
  public void zapPrivate(GfnRange range) {
    for (long gfn = range.first().value(); gfn < range.endExclusive(); gfn++) {
      mapped.remove(new Gfn(gfn));
    }
  }

  @Override
  public void makeShared(Folio folio) {
    release(folio);
  }

  @Override
  public void reclaim(Folio folio) {
    release(folio);
  }

  private void release(Folio folio) {
    if (mapped.containsValue(folio)) {
      throw new AssertionError("released while mapped: " + owned.get(folio));
    }
    if (owned.remove(folio) != null) {
      folio.zero();
    }
  }

  @Override
  public PrivateAccess access(Gfn gfn) {
    if (!mapped.containsKey(gfn)) {
      throw new AssertionError("access without a mapping: " + gfn);
    }
    return PrivateAccess.REACHED;
  }

  @Override
  public Execution execute(PlatformInstruction instruction) {
    return new Execution.Excepted("undefined");
  }

  int ownedPages() {
    return owned.size();
  }
}
