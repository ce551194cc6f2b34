package io.github.gmem4j.backend.kvm.probe;

import java.util.Map;
import java.util.Set;

/**
 * What a host can.
 *
 * @param apiVersion version of KVM's interface
 * @param offered the VM types that the kernel creates
 * @param capabilities what {@code /dev/kvm} itself says
 * @param types what VMs say, for each type that this backend can run
 */
public record HostReport(
    int apiVersion,
    Set<MachineType> offered,
    Map<Capability, Long> capabilities,
    Map<MachineType, TypeReport> types) {
  /** Copies the collections. */
  public HostReport {
    offered = Set.copyOf(offered);
    capabilities = Map.copyOf(capabilities);
    types = Map.copyOf(types);
  }

  /** Returns what {@code /dev/kvm} says about a capability; 0 where it does not know it. */
  public long said(Capability capability) {
    return capabilities.getOrDefault(capability, 0L);
  }
}
