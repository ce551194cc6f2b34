package io.github.gmem4j.backend.kvm.probe;

import io.github.gmem4j.api.memory.KernelException;
import io.github.gmem4j.backend.kvm.layout.Cpuid;
import io.github.gmem4j.backend.kvm.layout.Ioctl;
import io.github.gmem4j.backend.kvm.lifetime.Descriptor;
import io.github.gmem4j.backend.kvm.syscall.Returned;
import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** An open {@code /dev/kvm}. Thread-safe. */
public final class Device implements AutoCloseable {
  private final Syscalls syscalls;
  private final Descriptor file;
  private final Map<MachineType, ConversionTrial> trials = new ConcurrentHashMap<>();

  /** Takes over an open {@code /dev/kvm}. */
  // Only this module calls it.
  @SuppressWarnings("exports")
  public Device(Syscalls syscalls, Descriptor file) {
    this.syscalls = syscalls;
    this.file = file;
  }

  /** Returns how calls are made. */
  public Syscalls syscalls() {
    return syscalls;
  }

  /** Returns the version of the interface: 12 for every kernel since 2007. */
  public Returned apiVersion() {
    return file.call(fd -> syscalls.ioctl(fd, Ioctl.GET_API_VERSION, 0));
  }

  /** Creates a VM. Yields its file descriptor. */
  public Returned createVm(MachineType type) {
    return file.call(fd -> syscalls.ioctl(fd, Ioctl.CREATE_VM, type.number()));
  }

  /** Returns how many bytes of a vCPU are to be mapped. */
  public Returned vcpuMapSize() {
    return file.call(fd -> syscalls.ioctl(fd, Ioctl.GET_VCPU_MMAP_SIZE, 0));
  }

  /**
   * Returns the processor features that KVM can give a guest.
   *
   * @throws KernelException if the kernel refuses
   */
  public MemorySegment supportedCpuid(SegmentAllocator allocator) {
    MemorySegment cpuid = Cpuid.allocate(allocator);
    file.call(fd -> syscalls.ioctl(fd, Ioctl.GET_SUPPORTED_CPUID, cpuid))
        .orThrow("KVM tells no processor features");
    return cpuid;
  }

  /** Returns what this host says about a capability; 0 where it does not know it. */
  public long check(Capability capability) {
    return check(syscalls, file, capability);
  }

  /** Returns what a VM says about a capability; 0 where it does not know it. */
  // Only this module calls it.
  @SuppressWarnings("exports")
  public static long check(Syscalls syscalls, Descriptor vm, Capability capability) {
    Returned said = vm.call(fd -> syscalls.ioctl(fd, Ioctl.CHECK_EXTENSION, capability.number()));
    return said.failed() ? 0 : said.value();
  }

  /** Returns the VM types that this kernel creates. */
  public Set<MachineType> machineTypes() {
    // A kernel from before VM types has the ordinary one and says nothing.
    long types = Math.max(1, check(Capability.VM_TYPES));
    Set<MachineType> offered = EnumSet.noneOf(MachineType.class);
    for (MachineType type : MachineType.values()) {
      if ((types & 1L << type.number()) != 0) {
        offered.add(type);
      }
    }
    return offered;
  }

  /**
   * Returns how this kernel converts the memory of VMs of a type. Tried once on a VM made for it.
   *
   * @throws KernelException if no VM of this type can be created
   */
  public ConversionInterface conversion(MachineType type) {
    return converting(type).chosen();
  }

  private ConversionTrial converting(MachineType type) {
    ConversionTrial known = trials.get(type);
    if (known == null) {
      Returned created = createVm(type).orThrow("cannot create a VM of type " + type);
      try (Descriptor vm = new Descriptor(syscalls, created.asInt())) {
        known = ConversionProbe.of(syscalls, vm);
      }
      trials.put(type, known);
    }
    return known;
  }

  /**
   * Returns all that can be found out.
   *
   * @throws KernelException if a VM that the kernel offers cannot be created
   */
  public HostReport report() {
    Map<Capability, Long> host = new EnumMap<>(Capability.class);
    for (Capability capability : Capability.values()) {
      host.put(capability, check(capability));
    }
    Map<MachineType, TypeReport> types = new EnumMap<>(MachineType.class);
    for (MachineType type : machineTypes()) {
      if (type.type().isPresent()) {
        types.put(type, report(type));
      }
    }
    return new HostReport(
        apiVersion().orThrow("KVM tells no version").asInt(), machineTypes(), host, types);
  }

  private TypeReport report(MachineType type) {
    Returned created = createVm(type).orThrow("cannot create a VM of type " + type);
    try (Descriptor vm = new Descriptor(syscalls, created.asInt())) {
      Map<Capability, Long> answers = new EnumMap<>(Capability.class);
      for (Capability capability : Capability.values()) {
        answers.put(capability, check(syscalls, vm, capability));
      }
      return new TypeReport(answers, converting(type));
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
