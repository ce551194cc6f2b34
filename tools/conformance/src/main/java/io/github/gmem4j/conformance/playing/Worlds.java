package io.github.gmem4j.conformance.playing;

import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.HostVirtualAddress;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.conformance.operation.Generation;
import io.github.gmem4j.conformance.operation.StartVm;
import io.github.gmem4j.conformance.process.HostProcess;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.kernel.KernelGeneration;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import java.util.Optional;

/** Makes a new world for a sequence: an engine, a VM with its reserved slot, and a process. */
final class Worlds {
  /** The one hypercall that may leave {@code run()}, as a bit of a mask. */
  static final long MAP_GPA_RANGE = 1L << Exit.MapGpaRange.NUMBER;

  // Slot 0 holds the guest's code; no operation names it, but binds may collide with it.
  private static final SlotRequest GUEST_CODE =
      new SlotRequest(
          0,
          0,
          new Gpa(0),
          new ByteCount(0x40000),
          new HostVirtualAddress(0x6000_0000_0000L),
          Optional.empty(),
          ByteOffset.ZERO);

  private Worlds() {}

  static World create(StartVm start) {
    Engine engine = Engine.builder().generation(kernel(start.generation())).build();
    SoftwareProtectedPolicy policy =
        start.type().privateMemory()
            ? SoftwareProtectedPolicy.create()
            : SoftwareProtectedPolicy.forOrdinaryVms();
    HostProcess process = new HostProcess();
    VirtualMachine vm = engine.createVm(policy, process);
    vm.setMemory(GUEST_CODE).orThrow();
    return new World(start, vm, vm.createVcpu(GuestProgram.of()), process);
  }

  private static KernelGeneration kernel(Generation generation) {
    return switch (generation) {
      case B -> KernelGeneration.IN_PLACE;
      case C -> KernelGeneration.VM_ATTRIBUTES;
    };
  }
}
