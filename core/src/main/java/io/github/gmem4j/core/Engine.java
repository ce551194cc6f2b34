package io.github.gmem4j.core;

import io.github.gmem4j.api.participant.Participant;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.seam.FaultInjector;
import io.github.gmem4j.api.seam.Waiter;
import io.github.gmem4j.api.vm.HostAddressSpace;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.core.kernel.HostKernel;
import io.github.gmem4j.core.kernel.KernelGeneration;
import io.github.gmem4j.core.vcpu.InMemoryVcpu;
import io.github.gmem4j.core.vm.InMemoryVm;
import io.github.gmem4j.core.vmm.Coordinator;
import jakarta.inject.Inject;
import java.time.InstantSource;
import java.util.List;

/**
 * A host in memory: VMs, guest memories and vCPUs that behave as a real kernel's do, without one.
 *
 * <p>Everything that varies comes from outside, through the builder: the generation of the kernel
 * interface, time, waiting, faults. With no threads of the caller's the engine is single-threaded
 * and deterministic. Thread-safe.
 */
public final class Engine {
  private final HostKernel kernel;
  private final Waiter waiter;
  private final RoadListener listener;

  /** Creates an engine; for injectors. Others use {@link #inMemory} or {@link #builder}. */
  @Inject
  public Engine(
      KernelGeneration generation,
      InstantSource clock,
      Waiter waiter,
      FaultInjector faults,
      RoadListener listener) {
    this.kernel = new HostKernel(generation, clock, faults, listener);
    this.waiter = waiter;
    this.listener = listener;
  }

  /** Returns an engine with in-place conversion, the system's clock, and nothing going wrong. */
  public static Engine inMemory() {
    return builder().build();
  }

  /** Returns a builder with the defaults of {@link #inMemory}. */
  public static EngineBuilder builder() {
    return new EngineBuilder();
  }

  /** Creates a VM whose VMM process has nothing else mapped. */
  public VirtualMachine createVm(ConversionPolicy policy) {
    return createVm(policy, HostAddressSpace.EMPTY);
  }

  /**
   * Creates a VM.
   *
   * @param policy the architecture
   * @param process the VMM process, for slots and pages that no guest memory serves
   */
  public VirtualMachine createVm(ConversionPolicy policy, HostAddressSpace process) {
    return new InMemoryVm(kernel, policy, process, InMemoryVcpu::new);
  }

  /**
   * Creates the coordinator of a VM: the VMM seat.
   *
   * @param vm the VM; may also come from another backend
   * @param policy the architecture
   * @param participants who takes part in conversions, in this order
   */
  public Coordinator coordinator(
      VirtualMachine vm, ConversionPolicy policy, Participant... participants) {
    return new Coordinator(vm, policy.vmm(), List.of(participants), waiter, listener);
  }
}
