package io.github.gmem4j.core.vcpu;

import io.github.gmem4j.api.policy.GuestFault;

/** What came of one guest access. */
sealed interface Served {
  /** The access reached a page; for a load, with this byte. */
  record Reached(byte value) implements Served {}

  /** KVM cannot serve it. */
  record Faulted(GuestFault fault) implements Served {}

  /** No slot lies there, or the slot may not be written. */
  record Mmio() implements Served {}

  /** The slot's address in the VMM process cannot be touched. */
  record HostFault(String reason) implements Served {}

  /** The guest takes an exception. */
  record Excepted(String reason) implements Served {}

  /** The VM is dead. */
  record Dead(String reason) implements Served {}

  /** Memory ran out. */
  record NoMemory() implements Served {}

  /** Something changed hands meanwhile, or the platform is busy: to be tried again. */
  record Again() implements Served {}
}
