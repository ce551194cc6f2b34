package io.github.gmem4j.backend.kvm;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.KernelException;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.backend.kvm.KvmAccess.Obstacle;
import io.github.gmem4j.backend.kvm.KvmAccess.Refused;
import io.github.gmem4j.backend.kvm.lifetime.Descriptor;
import io.github.gmem4j.backend.kvm.probe.ConversionInterface;
import io.github.gmem4j.backend.kvm.probe.Device;
import io.github.gmem4j.backend.kvm.probe.HostReport;
import io.github.gmem4j.backend.kvm.probe.MachineType;
import io.github.gmem4j.backend.kvm.syscall.Linux;
import io.github.gmem4j.backend.kvm.syscall.LinuxSyscalls;
import io.github.gmem4j.backend.kvm.syscall.Returned;
import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import io.github.gmem4j.backend.kvm.vm.KvmVm;
import io.github.gmem4j.backend.kvm.vm.TwinVm;
import java.util.Optional;

/**
 * The real kernel's KVM. VMs that were created stay when this is closed, but get no new vCPUs.
 * Thread-safe.
 */
public final class Kvm implements AutoCloseable {
  private static final String PATH = "/dev/kvm";
  private static final int API_VERSION = 12;

  private final Device device;

  private Kvm(Device device) {
    this.device = device;
  }

  /** Opens {@code /dev/kvm} of this host. */
  public static KvmAccess open() {
    String platform = System.getProperty("os.name") + " on " + System.getProperty("os.arch");
    return platform.equals("Linux on amd64")
        ? open(LinuxSyscalls.INSTANCE)
        : new Refused(Obstacle.PLATFORM, "this backend runs on Linux on amd64, not " + platform);
  }

  /** Opens {@code /dev/kvm} through other system calls: for tests and tracing. */
  public static KvmAccess open(Syscalls syscalls) {
    Returned opened = syscalls.open(PATH, Linux.O_RDWR | Linux.O_CLOEXEC);
    if (opened.failed()) {
      return refused(opened);
    }
    Device device = new Device(syscalls, new Descriptor(syscalls, opened.asInt()));
    Returned version = device.apiVersion();
    if (version.failed() || version.value() != API_VERSION) {
      device.close();
      return new Refused(
          Obstacle.FOREIGN_INTERFACE,
          PATH + " speaks version " + version.value() + " of its interface, not " + API_VERSION);
    }
    return new KvmAccess.Granted(new Kvm(device));
  }

  private static Refused refused(Returned opened) {
    return switch (opened.error()) {
      case Linux.ENOENT, Linux.ENODEV, Linux.ENXIO ->
          new Refused(Obstacle.NO_DEVICE, "there is no " + PATH + ": KVM is missing or not loaded");
      case Linux.EACCES, Linux.EPERM ->
          new Refused(
              Obstacle.NO_PERMISSION,
              "this user may not open " + PATH + ": its group is usually kvm");
      default -> new Refused(Obstacle.KERNEL, opened.reason("cannot open " + PATH));
    };
  }

  /**
   * Finds out what this host can. Creates and drops a VM of each type.
   *
   * @throws KernelException if the kernel refuses a VM that it offers
   */
  public HostReport probe() {
    return device.report();
  }

  /**
   * Returns how this kernel converts the memory of VMs of a type, or what is missing.
   *
   * @return EINVAL for a type that this backend or this kernel does not have
   */
  public KernelResult<ConversionInterface> conversion(VmType type) {
    Optional<MachineType> machine = offered(type);
    if (machine.isEmpty()) {
      return noSuchType(type);
    }
    try {
      return KernelResult.ok(device.conversion(machine.get()));
    } catch (KernelException e) {
      return e.toFailure();
    }
  }

  /**
   * Creates a VM for the guests of a policy. Where the kernel lacks the policy's VM type, a
   * software-protected VM stands in: the guest's calls become plain hypercalls, decided by the
   * policy's KVM seat, and its instructions what {@link
   * io.github.gmem4j.api.policy.GuestKernel#substitute} says. Nothing is protected then.
   *
   * @param policy the architecture; its platform is not used
   * @param listener told of what happens
   * @return EINVAL if this kernel has neither
   */
  public KernelResult<KvmVm> createVm(ConversionPolicy policy, RoadListener listener) {
    VmType type = policy.traits().vmType();
    Optional<MachineType> machine =
        offered(type)
            .or(() -> type.privateMemory() ? offered(VmType.SW_PROTECTED) : Optional.empty());
    if (machine.isEmpty()) {
      return noSuchType(type);
    }
    try {
      return KernelResult.ok(KvmVm.create(device, machine.get(), policy, listener));
    } catch (KernelException e) {
      return e.toFailure();
    }
  }

  /**
   * Creates a VM whose memory is converted through {@link
   * io.github.gmem4j.api.memory.GuestMemory#convert}, by the best interface that this kernel has:
   * in place, or else through the VM with two copies of each page that look like one, see {@link
   * io.github.gmem4j.backend.kvm.memory.TwinMemory}.
   *
   * @param policy the architecture, see {@link #createVm}
   * @param listener told of what happens
   * @return EINVAL if there is no such VM, EOPNOTSUPP and what is missing if this kernel can
   *     convert in neither way
   */
  public KernelResult<VirtualMachine> createConvertingVm(
      ConversionPolicy policy, RoadListener listener) {
    return switch (createVm(policy, listener)) {
      case KernelResult.Failed<KvmVm> failed ->
          KernelResult.failed(failed.errno(), failed.reason());
      case KernelResult.Ok<KvmVm>(KvmVm vm) ->
          switch (vm.conversion()) {
            case ConversionInterface.InPlace inPlace -> KernelResult.ok(vm);
            case ConversionInterface.VmAttributes attributes ->
                KernelResult.ok(new TwinVm(vm, device.syscalls(), listener));
            case ConversionInterface.Missing missing -> {
              vm.close();
              yield KernelResult.failed(
                  Errno.EOPNOTSUPP,
                  "this kernel converts no memory of VMs of type %s: %s"
                      .formatted(vm.type().name(), String.join("; ", missing.missing())));
            }
          };
    };
  }

  private Optional<MachineType> offered(VmType type) {
    return MachineType.of(type).filter(device.machineTypes()::contains);
  }

  private <T> KernelResult<T> noSuchType(VmType type) {
    return KernelResult.failed(
        Errno.EINVAL,
        "no VM of type " + type.name() + ": this kernel offers " + device.machineTypes());
  }

  /** Closes the device. Closing again has no effect. */
  @Override
  public void close() {
    device.close();
  }
}
