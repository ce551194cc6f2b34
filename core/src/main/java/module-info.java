/**
 * The in-memory engine and the VMM-seat coordinator.
 *
 * <p>Begin with {@code core.Engine}. The packages follow the road: {@code vcpu} (the KVM seat's
 * loop), {@code vmm} (the coordinator), {@code vm} (slots, guest mappings), {@code memory} (the
 * conversion), {@code tracker} (who may touch which page).
 */
@org.jspecify.annotations.NullMarked
module io.github.gmem4j.core {
  requires transitive com.google.guice;
  requires transitive jakarta.inject;
  requires transitive io.github.gmem4j.api;
  requires static transitive org.jspecify;

  uses io.github.gmem4j.api.policy.ConversionPolicy;

  exports io.github.gmem4j.core;
  exports io.github.gmem4j.core.kernel;
  exports io.github.gmem4j.core.softwareprotected;
  exports io.github.gmem4j.core.tracker;
  exports io.github.gmem4j.core.vmm;
}
