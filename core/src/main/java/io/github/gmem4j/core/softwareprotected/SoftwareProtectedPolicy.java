package io.github.gmem4j.core.softwareprotected;

import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.policy.KvmSeat;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.policy.PlatformHost;
import io.github.gmem4j.api.policy.PolicyTraits;
import io.github.gmem4j.api.policy.PolicyTraits.Converter;
import io.github.gmem4j.api.policy.VmmSeat;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.core.vm.NoPlatform;

/**
 * The policy of KVM's software-protected VM, and of ordinary VMs that make the same hypercall.
 * Contents survive conversions in both directions. Immutable.
 */
public final class SoftwareProtectedPolicy implements ConversionPolicy {
  /** Name of the policy for software-protected VMs. */
  public static final String NAME = "software-protected";

  private final PolicyTraits traits;

  private SoftwareProtectedPolicy(PolicyTraits traits) {
    this.traits = traits;
  }

  /** Returns the policy for software-protected VMs. */
  public static SoftwareProtectedPolicy create() {
    return new SoftwareProtectedPolicy(
        new PolicyTraits(
            NAME,
            VmType.SW_PROTECTED,
            Converter.VMM,
            "plain hypercall, private memory without hardware"));
  }

  /** Returns the policy for ordinary VMs, which have no private memory. */
  public static SoftwareProtectedPolicy forOrdinaryVms() {
    return new SoftwareProtectedPolicy(
        new PolicyTraits(
            "ordinary", VmType.DEFAULT, Converter.VMM, "plain hypercall, no private memory"));
  }

  @Override
  public PolicyTraits traits() {
    return traits;
  }

  @Override
  public KvmSeat kvm() {
    return new PlainKvmSeat();
  }

  @Override
  public VmmSeat vmm() {
    return new PlainVmmSeat();
  }

  @Override
  public Platform createPlatform(PlatformHost host) {
    return NoPlatform.INSTANCE;
  }

  @Override
  public GuestKernel guest() {
    return new PlainGuestKernel();
  }
}
