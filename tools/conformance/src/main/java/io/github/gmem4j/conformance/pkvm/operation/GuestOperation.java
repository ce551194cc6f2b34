package io.github.gmem4j.conformance.pkvm.operation;

import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.policy.pkvm.hvc.Hvc;

/** Something a vCPU of the VM in use does. */
public sealed interface GuestOperation extends PkvmOperation {
  /** Loads a byte. */
  record Load(int vcpu, Gpa at) implements GuestOperation {}

  /** Stores a byte. */
  record Store(int vcpu, Gpa at, int value) implements GuestOperation {}

  /** Calls the hypervisor. */
  record Call(int vcpu, Hvc hvc) implements GuestOperation {}

  /** Returns which vCPU it is. */
  int vcpu();
}
