package io.github.gmem4j.backend.kvm.vcpu;

import io.github.gmem4j.api.vm.Exit;

/** What KVM_RUN came back with. */
sealed interface Decoded {
  /**
   * Something for the VMM.
   *
   * @param exit what
   * @param open what the VMM's reply completes
   */
  record ToVmm(Exit exit, Open open) implements Decoded, NextMove {}

  /** The guest's code reports that it has done its command. */
  record Reported() implements Decoded {}

  /** The guest took an exception that it could not handle. */
  record ShutDown() implements Decoded {}

  /** A signal came, or an immediate exit was asked for. */
  record Interrupted() implements Decoded {}
}
