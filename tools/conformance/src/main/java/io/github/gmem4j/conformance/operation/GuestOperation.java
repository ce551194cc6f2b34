package io.github.gmem4j.conformance.operation;

import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;

/** Something the vCPU does, or that is done to it. */
public sealed interface GuestOperation extends Operation {
  /** Loads a byte and halts. */
  record Load(Gpa at) implements GuestOperation {}

  /** Stores a byte and halts. */
  record Store(Gpa at, int value) implements GuestOperation {}

  /** {@code KVM_PRE_FAULT_MEMORY}. */
  record Prefault(GpaRange range, long flags) implements GuestOperation {}

  /**
   * Calls the hypervisor and halts.
   *
   * @param number which call
   * @param gpa first argument
   * @param pages second argument, unsigned 64 bits
   * @param attributes third argument
   * @param privilegeLevel the level at which the guest runs, 0 to 3
   * @param answer what the VMM does if the call reaches it
   */
  record Hypercall(
      long number, long gpa, long pages, long attributes, int privilegeLevel, VmmAnswer answer)
      implements GuestOperation {}
}
