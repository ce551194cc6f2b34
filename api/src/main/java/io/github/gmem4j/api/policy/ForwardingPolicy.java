package io.github.gmem4j.api.policy;

import java.util.List;
import java.util.Optional;

/**
 * A policy that is another one under a class of its own. {@link java.util.ServiceLoader} finds
 * policies by class; with this, each variant of one policy is a class of a few lines.
 */
public interface ForwardingPolicy extends ConversionPolicy {
  /** Returns the other policy: the same object at every call. */
  ConversionPolicy policy();

  @Override
  default PolicyTraits traits() {
    return policy().traits();
  }

  @Override
  default KvmSeat kvm() {
    return policy().kvm();
  }

  @Override
  default VmmSeat vmm() {
    return policy().vmm();
  }

  @Override
  default Platform createPlatform(PlatformHost host) {
    return policy().createPlatform(host);
  }

  @Override
  default GuestKernel guest() {
    return policy().guest();
  }

  @Override
  default List<String> guests() {
    return policy().guests();
  }

  @Override
  default Optional<ConversionPolicy> withGuest(String name) {
    return policy().withGuest(name);
  }
}
