package io.github.gmem4j.testkit.junit;

import io.github.gmem4j.api.guest.PlatformInstruction;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.policy.Execution;
import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.policy.Granting;
import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.policy.KvmSeat;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.policy.PlatformHost;
import io.github.gmem4j.api.policy.PolicyTraits;
import io.github.gmem4j.api.policy.PrivateAccess;
import io.github.gmem4j.api.policy.VmmSeat;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import io.github.gmem4j.testkit.value.Traits;

/** A policy whose platform fails what cannot fail. */
class OddPolicy implements ConversionPolicy {
  private final ConversionPolicy base = SoftwareProtectedPolicy.create();

  @Override
  public PolicyTraits traits() {
    return Traits.named("odd").build();
  }

  @Override
  public KvmSeat kvm() {
    return base.kvm();
  }

  @Override
  public VmmSeat vmm() {
    return base.vmm();
  }

  @Override
  public GuestKernel guest() {
    return base.guest();
  }

  @Override
  public Platform createPlatform(PlatformHost host) {
    return new Platform() {
      @Override
      public Granting makePrivate(Gfn gfn, Folio folio) {
        return Granting.GRANTED;
      }

      @Override
      public void zapPrivate(GfnRange range) {}

      @Override
      public void makeShared(Folio folio) {}

      @Override
      public void reclaim(Folio folio) {
        throw new IllegalStateException("the firmware keeps pfn " + folio.pfn());
      }

      @Override
      public PrivateAccess access(Gfn gfn) {
        return PrivateAccess.REACHED;
      }

      @Override
      public Execution execute(PlatformInstruction instruction) {
        return new Execution.Excepted("undefined: " + instruction);
      }
    };
  }
}
