package io.github.gmem4j.cli.probing;

import io.github.gmem4j.api.memory.KernelException;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.backend.kvm.Kvm;
import io.github.gmem4j.backend.kvm.probe.HostReport;
import io.github.gmem4j.backend.kvm.probe.MachineType;
import io.github.gmem4j.backend.kvm.probe.TypeReport;
import io.github.gmem4j.backend.kvm.probe.VmFindings;
import io.github.gmem4j.backend.kvm.probe.VmTrial;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What was found out about a host.
 *
 * @param kernel the kernel's release, for people: nothing is concluded from it
 * @param report what KVM says
 * @param types the VM types that this library can launch here
 */
public record Host(String kernel, HostReport report, SortedMap<MachineType, Seen> types) {
  /** How long a guest may take before it is kicked: emulated hosts are slow. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /**
   * One VM type.
   *
   * @param said what such a VM says
   * @param found what came of using one
   */
  public record Seen(TypeReport said, VmFindings found) {}

  /**
   * Finds out about this host; takes a few seconds where guests have to be kicked.
   *
   * @throws KernelException if the kernel refuses a VM that it offers
   */
  public static Host look(Kvm kvm) {
    Map<MachineType, VmFindings> found = new EnumMap<>(MachineType.class);
    HostReport report = kvm.probe();
    for (MachineType type : report.types().keySet()) {
      ConversionPolicy policy =
          type == MachineType.DEFAULT
              ? SoftwareProtectedPolicy.forOrdinaryVms()
              : SoftwareProtectedPolicy.create();
      found.put(type, VmTrial.of(() -> kvm.createVm(policy, RoadListener.NONE), PATIENCE));
    }
    return of(System.getProperty("os.version"), report, found);
  }

  /** Returns a host of which these things were found out. */
  static Host of(String kernel, HostReport report, Map<MachineType, VmFindings> found) {
    SortedMap<MachineType, Seen> types = new TreeMap<>();
    report
        .types()
        .forEach((type, said) ->
            types.put(type, new Seen(said, Objects.requireNonNull(found.get(type), type::name))));
    return new Host(kernel, report, types);
  }
}
