package io.github.gmem4j.core.vm;

import io.github.gmem4j.api.guest.PlatformInstruction;
import io.github.gmem4j.api.policy.Execution;
import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.policy.Granting;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.policy.PrivateAccess;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;

/** No firmware and no hardware: private memory exists in KVM's books only, contents stay. */
public enum NoPlatform implements Platform {
  /** The one value; there is nothing to remember. */
  INSTANCE;

  @Override
  public Granting makePrivate(Gfn gfn, Folio folio) {
    return Granting.GRANTED;
  }

  @Override
  public void zapPrivate(GfnRange range) {}

  @Override
  public void makeShared(Folio folio) {}

  @Override
  public void reclaim(Folio folio) {}

  @Override
  public PrivateAccess access(Gfn gfn) {
    return PrivateAccess.REACHED;
  }

  @Override
  public Execution execute(PlatformInstruction instruction) {
    return new Execution.Excepted("undefined instruction: " + instruction);
  }
}
