package io.github.gmem4j.core.illegal;

import io.github.gmem4j.api.guest.PlatformInstruction;
import io.github.gmem4j.api.policy.Execution;
import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.policy.Granting;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.policy.PrivateAccess;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;
import java.util.Optional;

/** A platform that grants everything and counts the calls that change something. */
final class CountingPlatform implements Platform {
  private int granted;
  private int zapped;
  private int shared;
  private int reclaimed;
  private int populated;

  @Override
  public Granting makePrivate(Gfn gfn, Folio folio) {
    granted++;
    return Granting.GRANTED;
  }

  @Override
  public void zapPrivate(GfnRange range) {
    zapped++;
  }

  @Override
  public void makeShared(Folio folio) {
    shared++;
  }

  @Override
  public void reclaim(Folio folio) {
    reclaimed++;
  }

  @Override
  public PrivateAccess access(Gfn gfn) {
    return PrivateAccess.REACHED;
  }

  @Override
  public Execution execute(PlatformInstruction instruction) {
    return new Execution.Excepted("undefined");
  }

  @Override
  public Granting populate(Gfn gfn, Folio folio, Optional<byte[]> source) {
    populated++;
    return Granting.GRANTED;
  }

  @Override
  public String toString() {
    return "granted %d, zapped %d, shared %d, reclaimed %d, populated %d"
        .formatted(granted, zapped, shared, reclaimed, populated);
  }
}
