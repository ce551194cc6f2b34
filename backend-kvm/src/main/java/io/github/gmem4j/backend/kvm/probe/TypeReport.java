package io.github.gmem4j.backend.kvm.probe;

import java.util.Map;

/**
 * What VMs of one type can.
 *
 * @param capabilities what such a VM says
 * @param converting how each way to convert was answered
 */
public record TypeReport(Map<Capability, Long> capabilities, ConversionTrial converting) {
  /** Copies the map. */
  public TypeReport {
    capabilities = Map.copyOf(capabilities);
  }

  /** Returns what such a VM says about a capability; 0 where it does not know it. */
  public long said(Capability capability) {
    return capabilities.getOrDefault(capability, 0L);
  }

  /** Returns how the memory of such a VM is converted. */
  public ConversionInterface conversion() {
    return converting.chosen();
  }
}
