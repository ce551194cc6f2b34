package io.github.gmem4j.backend.kvm.vcpu;

import io.github.gmem4j.api.guest.PlainHypercall;
import io.github.gmem4j.api.vm.Gpa;

/** One thing that the guest's code is told to do. */
sealed interface GuestCommand extends NextMove {
  /** Load a byte. */
  record Load(Gpa at) implements GuestCommand {}

  /** Store a byte. */
  record Store(Gpa at, byte value) implements GuestCommand {}

  /** Store zeroes all over a page. */
  record Clear(Gpa page) implements GuestCommand {}

  /** Call the hypervisor. */
  record Call(PlainHypercall hypercall) implements GuestCommand {}

  /** Halt. */
  record Halt() implements GuestCommand {}
}
