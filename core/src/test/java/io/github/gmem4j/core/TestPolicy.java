package io.github.gmem4j.core;

import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.policy.KvmSeat;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.policy.PlatformHost;
import io.github.gmem4j.api.policy.PolicyTraits;
import io.github.gmem4j.api.policy.VmmSeat;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import java.util.function.Function;

/**
 * The software-protected policy with some of its parts exchanged.
 *
 * @param traits name and VM type
 * @param kvm the KVM seat
 * @param vmm the VMM seat
 * @param platforms makes the platform of a VM
 * @param guest the guest kernel
 */
public record TestPolicy(
    PolicyTraits traits,
    KvmSeat kvm,
    VmmSeat vmm,
    Function<PlatformHost, Platform> platforms,
    GuestKernel guest)
    implements ConversionPolicy {

  /** The policy under another name, for guests that declare the kind of each access. */
  public static TestPolicy confidential() {
    return ofType(VmType.CONFIDENTIAL);
  }

  /** The policy under another name and for another type of VM. */
  public static TestPolicy ofType(VmType type) {
    SoftwareProtectedPolicy base = SoftwareProtectedPolicy.create();
    return new TestPolicy(
        new PolicyTraits("some-policy", type, PolicyTraits.Converter.VMM, "for tests"),
        base.kvm(),
        base.vmm(),
        base::createPlatform,
        base.guest());
  }

  /** Exchanges the KVM seat. */
  public TestPolicy with(KvmSeat other) {
    return new TestPolicy(traits, other, vmm, platforms, guest);
  }

  /** Exchanges the VMM seat. */
  public TestPolicy with(VmmSeat other) {
    return new TestPolicy(traits, kvm, other, platforms, guest);
  }

  /** Exchanges the platform. */
  public TestPolicy with(Platform other) {
    return new TestPolicy(traits, kvm, vmm, host -> other, guest);
  }

  /** Exchanges the platform for one that is made of what the VM lends it. */
  public TestPolicy withPlatforms(Function<PlatformHost, Platform> made) {
    return new TestPolicy(traits, kvm, vmm, made, guest);
  }

  /** Exchanges the guest kernel. */
  public TestPolicy with(GuestKernel other) {
    return new TestPolicy(traits, kvm, vmm, platforms, other);
  }

  @Override
  public Platform createPlatform(PlatformHost host) {
    return platforms.apply(host);
  }
}
