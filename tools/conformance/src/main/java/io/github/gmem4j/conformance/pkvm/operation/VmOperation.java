package io.github.gmem4j.conformance.pkvm.operation;

import io.github.gmem4j.policy.pkvm.el2.VmKind;

/** The life of VMs: two at most, numbers 0 and 1, one of them in use. */
public sealed interface VmOperation extends PkvmOperation {
  /** Creates a VM over the same host memory; it is in use from now on. */
  record Create(int vm, VmKind kind) implements VmOperation {}

  /** Puts a VM in use. */
  record Use(int vm) implements VmOperation {}

  /** Closes everything of the VM in use. */
  record Destroy() implements VmOperation {}
}
