package io.github.gmem4j.testkit.contract;

import io.github.gmem4j.api.guest.PlatformInstruction;
import io.github.gmem4j.api.policy.Execution;
import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.policy.Granting;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.policy.PrivateAccess;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;

/** A platform that keeps books of who owns a page and leaves contents alone. Sound. */
class OwningPlatform implements Platform {
  private final IdentityHashMap<Folio, Gfn> owned = new IdentityHashMap<>();
  private final Map<Gfn, Folio> mapped = new HashMap<>();

  // A folio is itself and no other.
  @SuppressWarnings("ReferenceEquality")
  @Override
  public Granting makePrivate(Gfn gfn, Folio folio) {
    Gfn owner = owned.get(folio);
    if (owner != null && !owner.equals(gfn)) {
      return new Granting.Denied("owned by " + owner);
    }
    if (mapped.get(gfn) != null && mapped.get(gfn) != folio) {
      return new Granting.Denied("another page is mapped at " + gfn);
    }
    owned.put(folio, gfn);
    mapped.put(gfn, folio);
    return Granting.GRANTED;
  }

  @Override
  public void zapPrivate(GfnRange range) {
    mapped.keySet().removeIf(range::contains);
  }

  boolean owns(Folio folio) {
    return owned.containsKey(folio);
  }

  @Override
  public void makeShared(Folio folio) {
    owned.remove(folio);
  }

  @Override
  public void reclaim(Folio folio) {
    owned.remove(folio);
  }

  @Override
  public PrivateAccess access(Gfn gfn) {
    return mapped.containsKey(gfn) ? PrivateAccess.REACHED : PrivateAccess.NOT_MAPPED;
  }

  @Override
  public Execution execute(PlatformInstruction instruction) {
    return new Execution.Excepted("undefined: " + instruction);
  }
}
