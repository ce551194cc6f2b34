package io.github.gmem4j.testkit.contract;

import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.policy.KvmSeat;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.policy.PlatformHost;
import io.github.gmem4j.api.policy.PolicyTraits;
import io.github.gmem4j.api.policy.VmmSeat;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import io.github.gmem4j.testkit.value.Traits;
import java.util.function.Function;

/**
 * A sound policy for confidential VMs, with some of its parts exchanged.
 *
 * @param traits name and VM type
 * @param kvm the KVM seat
 * @param vmm the VMM seat
 * @param platforms makes the platform of a VM
 * @param guest the guest kernel
 */
record AlteredPolicy(
    PolicyTraits traits,
    KvmSeat kvm,
    VmmSeat vmm,
    Function<PlatformHost, Platform> platforms,
    GuestKernel guest)
    implements ConversionPolicy {
  static AlteredPolicy sound() {
    SoftwareProtectedPolicy base = SoftwareProtectedPolicy.create();
    return new AlteredPolicy(
        Traits.named("altered").build(),
        base.kvm(),
        base.vmm(),
        host -> new OwningPlatform(),
        base.guest());
  }

  AlteredPolicy with(PolicyTraits other) {
    return new AlteredPolicy(other, kvm, vmm, platforms, guest);
  }

  AlteredPolicy with(KvmSeat other) {
    return new AlteredPolicy(traits, other, vmm, platforms, guest);
  }

  AlteredPolicy with(VmmSeat other) {
    return new AlteredPolicy(traits, kvm, other, platforms, guest);
  }

  AlteredPolicy with(Function<PlatformHost, Platform> other) {
    return new AlteredPolicy(traits, kvm, vmm, other, guest);
  }

  AlteredPolicy with(GuestKernel other) {
    return new AlteredPolicy(traits, kvm, vmm, platforms, other);
  }

  @Override
  public Platform createPlatform(PlatformHost host) {
    return platforms.apply(host);
  }
}
