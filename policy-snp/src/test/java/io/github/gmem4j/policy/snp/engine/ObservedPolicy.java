package io.github.gmem4j.policy.snp.engine;

import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.policy.KvmSeat;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.policy.PlatformHost;
import io.github.gmem4j.api.policy.PolicyTraits;
import io.github.gmem4j.api.policy.VmmSeat;
import io.github.gmem4j.policy.snp.SnpPolicy;
import io.github.gmem4j.policy.snp.rmp.RmpPlatform;
import java.util.ArrayList;
import java.util.List;

/** The SNP policy, which keeps the platforms it made so that tests may look at their tables. */
final class ObservedPolicy implements ConversionPolicy {
  private final SnpPolicy policy;
  private final List<RmpPlatform> platforms = new ArrayList<>();

  ObservedPolicy(SnpPolicy policy) {
    this.policy = policy;
  }

  /** Returns the platform of the newest VM. */
  RmpPlatform platform() {
    return platforms.getLast();
  }

  @Override
  public PolicyTraits traits() {
    return policy.traits();
  }

  @Override
  public KvmSeat kvm() {
    return policy.kvm();
  }

  @Override
  public VmmSeat vmm() {
    return policy.vmm();
  }

  @Override
  public Platform createPlatform(PlatformHost host) {
    RmpPlatform platform = (RmpPlatform) policy.createPlatform(host);
    platforms.add(platform);
    return platform;
  }

  @Override
  public GuestKernel guest() {
    return policy.guest();
  }
}
