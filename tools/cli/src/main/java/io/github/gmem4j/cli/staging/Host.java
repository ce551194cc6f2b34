package io.github.gmem4j.cli.staging;

import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.vm.VirtualMachine;
import java.util.Optional;

/** Where a world's VMs come from. */
interface Host extends AutoCloseable {
  /**
   * Creates a VM.
   *
   * @throws io.github.gmem4j.cli.scenario.InputException if this host has none for the policy
   */
  VirtualMachine createVm(ConversionPolicy policy);

  /** Returns what this host made of a policy's VM, in one sentence; empty in memory. */
  Optional<String> description(ConversionPolicy policy, VirtualMachine vm);

  /** Closes the host and every VM that it created. */
  @Override
  void close();
}
