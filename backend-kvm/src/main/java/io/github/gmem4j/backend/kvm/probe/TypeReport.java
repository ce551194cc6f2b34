package io.github.gmem4j.backend.kvm.probe;

import java.util.Map;

/**
 * What VMs of one type can.
 *
 * @param capabilities what such a VM says
 * @param conversion how its memory is converted
 */
public record TypeReport(Map<Capability, Long> capabilities, ConversionInterface conversion) {
  /** Copies the map. */
  public TypeReport {
    capabilities = Map.copyOf(capabilities);
  }
}
