package io.github.gmem4j.conformance.pkvm.kvm;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.conformance.pkvm.host.PhysicalPage;

/** What a guest's access to a frame comes to. */
public sealed interface GuestAccess {
  /** It reaches a page. */
  record Reached(PhysicalPage page) implements GuestAccess {}

  /** There is no memory: the VMM sees an access to a device. */
  record NoMemory() implements GuestAccess {}

  /** {@code KVM_RUN} fails, and the guest stays where it is. */
  record Failed(Errno errno) implements GuestAccess {}
}
