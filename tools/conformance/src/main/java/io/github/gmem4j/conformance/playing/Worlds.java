package io.github.gmem4j.conformance.playing;

import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.KernelException;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.HostVirtualAddress;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.backend.kvm.Kvm;
import io.github.gmem4j.backend.kvm.syscall.LinuxSyscalls;
import io.github.gmem4j.backend.kvm.vm.KvmVm;
import io.github.gmem4j.conformance.operation.Generation;
import io.github.gmem4j.conformance.operation.StartVm;
import io.github.gmem4j.conformance.process.ModelledProcess;
import io.github.gmem4j.conformance.real.RealProcess;
import io.github.gmem4j.conformance.real.WatchedVcpu;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.kernel.KernelGeneration;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import java.time.Duration;
import java.util.Optional;

/** Makes a new world for a sequence: a VM with its reserved slots, and a process. */
final class Worlds {
  /** The one hypercall that may leave {@code run()}, as a bit of a mask. */
  static final long MAP_GPA_RANGE = 1L << Exit.MapGpaRange.NUMBER;

  /** Slot 0 holds the guest's code; no operation names it, but binds may collide with it. */
  private static final ByteCount GUEST_CODE = new ByteCount(0x40000);

  private static final HostVirtualAddress NOT_OF_THE_PROCESS =
      new HostVirtualAddress(0x6000_0000_0000L);

  /** Far longer than one operation takes, under software emulation on a busy machine too. */
  private static final Duration LONGEST_RUN = Duration.ofSeconds(30);

  private Worlds() {}

  /** Returns the world of a recorder, with an engine. */
  static World create(StartVm start) {
    Engine engine = Engine.builder().generation(kernel(start.generation())).build();
    ModelledProcess process = new ModelledProcess();
    VirtualMachine vm = engine.createVm(policy(start), process);
    vm.setMemory(guestCode(NOT_OF_THE_PROCESS)).orThrow();
    return new World(start, vm, vm.createVcpu(GuestProgram.of()), process);
  }

  /**
   * Returns the same with the slot that a VM of the real kernel has for its own guest code. No
   * operation touches its frames, but binds may collide with it.
   */
  static World createLikeReal(StartVm start) {
    World world = create(start);
    world.giveCodeSlot(new CodeSlot(world.vm(), NOT_OF_THE_PROCESS));
    return world;
  }

  /**
   * Returns a world with a VM of the real kernel and an address space of this process.
   *
   * @throws KernelException if the kernel refuses
   */
  static World createReal(StartVm start, Kvm kvm) {
    if (start.generation() != Generation.C) {
      throw new IllegalArgumentException("only generation C is played on a real kernel");
    }
    KvmVm vm = kvm.createVm(policy(start), RoadListener.NONE).orThrow();
    RealProcess process = null;
    try {
      process = new RealProcess(LinuxSyscalls.INSTANCE);
      HostVirtualAddress code = process.mapGuestCode(GUEST_CODE);
      Vcpu vcpu = new WatchedVcpu(vm.createVcpu(GuestProgram.of()), LONGEST_RUN);
      vm.setMemory(guestCode(code)).orThrow();
      return new World(start, vm, vcpu, process);
    } catch (KernelException e) {
      vm.close();
      if (process != null) {
        process.exit();
      }
      throw e;
    }
  }

  private static SlotRequest guestCode(HostVirtualAddress at) {
    return new SlotRequest(0, 0, new Gpa(0), GUEST_CODE, at, Optional.empty(), ByteOffset.ZERO);
  }

  private static SoftwareProtectedPolicy policy(StartVm start) {
    return start.type().privateMemory()
        ? SoftwareProtectedPolicy.create()
        : SoftwareProtectedPolicy.forOrdinaryVms();
  }

  private static KernelGeneration kernel(Generation generation) {
    return switch (generation) {
      case B -> KernelGeneration.IN_PLACE;
      case C -> KernelGeneration.VM_ATTRIBUTES;
    };
  }
}
