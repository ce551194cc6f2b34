package io.github.gmem4j.cli.probing;

import io.github.gmem4j.backend.kvm.probe.Capability;
import io.github.gmem4j.backend.kvm.probe.ConversionTrial;
import io.github.gmem4j.backend.kvm.probe.Finding;
import io.github.gmem4j.backend.kvm.probe.HostReport;
import io.github.gmem4j.backend.kvm.probe.MachineType;
import io.github.gmem4j.backend.kvm.probe.TypeReport;
import io.github.gmem4j.backend.kvm.probe.VmFindings;
import io.github.gmem4j.backend.kvm.syscall.Returned;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

/** Hosts as they were met, and one that cannot do anything. */
final class Hosts {
  private static final Returned YES = Returned.of(0);
  private static final Returned ENOTTY = Returned.failure(25);
  private static final Returned EINVAL = Returned.failure(22);
  private static final Finding WORKS = new Finding.Works();
  private static final Finding NO_PAGE = new Finding.NotTried("mapped guest memory");
  private static final Finding HANGS = new Finding.Fails("KVM_RUN hangs, kicked after 2 s");
  private static final Finding NOT_BLOCKED =
      new Finding.Fails("converting a page in a pipe is ENOTTY, not EAGAIN");

  private Hosts() {}

  private static Map<Capability, Long> said(long attributes) {
    Map<Capability, Long> said = new EnumMap<>(Capability.class);
    said.put(Capability.NR_MEMSLOTS, 32764L);
    said.put(Capability.EXIT_HYPERCALL, 4096L);
    said.put(Capability.USER_MEMORY2, 1L);
    said.put(Capability.MEMORY_FAULT_INFO, 1L);
    said.put(Capability.GUEST_MEMFD, 1L);
    said.put(Capability.PRE_FAULT_MEMORY, 1L);
    said.put(Capability.GUEST_MEMFD_FLAGS, 3L);
    said.put(Capability.MEMORY_ATTRIBUTES, attributes);
    return said;
  }

  private static VmFindings found(Finding mapping, Finding pin, Finding blocks, Finding calls) {
    return new VmFindings(WORKS, mapping, WORKS, WORKS, pin, pin, blocks, WORKS, calls);
  }

  /** Returns a host with ordinary VMs only, whose hypercalls never come back. */
  static Host ordinary() {
    return Host.of(
        "6.18.1",
        new HostReport(
            12,
            Set.of(MachineType.DEFAULT),
            said(0),
            Map.of(
                MachineType.DEFAULT, new TypeReport(said(0), new ConversionTrial(ENOTTY, ENOTTY)))),
        Map.of(MachineType.DEFAULT, found(WORKS, WORKS, NOT_BLOCKED, HANGS)));
  }

  /** Returns a host that converts through the VM, with a type that this library cannot launch. */
  static Host attributes() {
    return Host.of(
        "7.3.4",
        new HostReport(
            12,
            Set.of(MachineType.SNP, MachineType.SW_PROTECTED, MachineType.DEFAULT),
            said(8),
            Map.of(
                MachineType.DEFAULT,
                new TypeReport(said(0), new ConversionTrial(ENOTTY, EINVAL)),
                MachineType.SW_PROTECTED,
                new TypeReport(said(8), new ConversionTrial(ENOTTY, YES)))),
        Map.of(
            MachineType.DEFAULT,
            found(WORKS, WORKS, NOT_BLOCKED, WORKS),
            MachineType.SW_PROTECTED,
            found(new Finding.Fails("EINVAL: flags 0x3"), NO_PAGE, NO_PAGE, WORKS)));
  }

  /** Returns a host where software-protected memory is converted in place. */
  static Host inPlace() {
    return Host.of(
        "7.9",
        new HostReport(
            12,
            Set.of(MachineType.SW_PROTECTED),
            said(0),
            Map.of(
                MachineType.SW_PROTECTED,
                new TypeReport(said(0), new ConversionTrial(YES, EINVAL)))),
        Map.of(MachineType.SW_PROTECTED, found(WORKS, WORKS, WORKS, WORKS)));
  }

  /** Returns a host that launches nothing this library knows. */
  static Host foreign() {
    return Host.of(
        "7.9", new HostReport(12, Set.of(MachineType.TDX), Map.of(), Map.of()), Map.of());
  }
}
