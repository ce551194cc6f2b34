package io.github.gmem4j.conformance.playing;

import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.conformance.operation.StartVm;
import io.github.gmem4j.conformance.process.HostProcess;
import io.github.gmem4j.conformance.recorder.Descriptors;
import java.util.Optional;

/** All that one sequence can see: a VM, its vCPU, the recorder's process and its descriptors. */
final class World {
  private final StartVm start;
  private final VirtualMachine vm;
  private final Vcpu vcpu;
  private final HostProcess process;
  private final Descriptors descriptors = new Descriptors();
  private Optional<HostProcess> child = Optional.empty();
  private Optional<CodeSlot> codeSlot = Optional.empty();

  World(StartVm start, VirtualMachine vm, Vcpu vcpu, HostProcess process) {
    this.start = start;
    this.vm = vm;
    this.vcpu = vcpu;
    this.process = process;
  }

  StartVm start() {
    return start;
  }

  VirtualMachine vm() {
    return vm;
  }

  Vcpu vcpu() {
    return vcpu;
  }

  HostProcess process() {
    return process;
  }

  Descriptors descriptors() {
    return descriptors;
  }

  Optional<HostProcess> child() {
    return child;
  }

  /** Has this slot from now on, as a VM of the real kernel has one. */
  void giveCodeSlot(CodeSlot slot) {
    codeSlot = Optional.of(slot);
  }

  Optional<CodeSlot> codeSlot() {
    return codeSlot;
  }

  void fork() {
    child = Optional.of(process.fork());
    descriptors.fork();
  }

  void childExits() {
    child.ifPresent(HostProcess::exit);
    child = Optional.empty();
    descriptors.childExits();
  }

  /** Ends both processes and the VM. */
  void end() {
    childExits();
    descriptors.closeAll();
    process.exit();
    vm.close();
  }
}
