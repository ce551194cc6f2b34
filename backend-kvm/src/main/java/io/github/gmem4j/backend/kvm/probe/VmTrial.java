package io.github.gmem4j.backend.kvm.probe;

import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.vm.VirtualMachine;
import java.time.Duration;
import java.util.function.Supplier;

/** Uses a VM as its users will, to find out what works. */
public final class VmTrial {
  private VmTrial() {}

  /**
   * Tries everything on a VM made for it, and closes it.
   *
   * <p>A guest that does not leave KVM_RUN is kicked out. One that even the kick does not reach
   * keeps its daemon thread, and its VM stays open until the process ends.
   *
   * @param create creates the VM
   * @param patience how long a guest may take before it is kicked
   */
  public static VmFindings of(
      Supplier<? extends KernelResult<? extends VirtualMachine>> create, Duration patience) {
    KernelResult<? extends VirtualMachine> created = create.get();
    return created instanceof KernelResult.Ok<? extends VirtualMachine>(VirtualMachine vm)
        ? of(vm, patience)
        : VmFindings.without(Finding.of(created));
  }

  private static VmFindings of(VirtualMachine vm, Duration patience) {
    MemoryTrial memory = MemoryTrial.of(vm);
    VcpuTrial vcpu = VcpuTrial.of(vm, patience);
    if (!vcpu.stuck()) {
      vm.close();
    }
    return new VmFindings(
        memory.created(),
        memory.mapped(),
        memory.punched(),
        memory.bound(),
        memory.pipePin(),
        memory.ringPin(),
        memory.pinsBlock(),
        vcpu.running(),
        vcpu.hypercall());
  }
}
