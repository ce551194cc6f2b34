package io.github.gmem4j.conformance.pkvm.playing;

import io.github.gmem4j.conformance.pkvm.host.El2;
import io.github.gmem4j.conformance.pkvm.host.KernelAccess;
import io.github.gmem4j.conformance.pkvm.host.PhysicalMemory;
import io.github.gmem4j.conformance.pkvm.host.ProcessMemory;
import io.github.gmem4j.conformance.pkvm.kvm.GuestVm;
import io.github.gmem4j.conformance.pkvm.kvm.Memlock;
import io.github.gmem4j.conformance.pkvm.operation.StartHost;
import io.github.gmem4j.policy.pkvm.el2.VmKind;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** All that one sequence can see: RAM, a hypervisor, the VMM's process, its child and its VMs. */
final class PkvmWorld {
  private final StartHost start;
  private final El2 el2;
  private final PhysicalMemory ram = new PhysicalMemory();
  private final KernelAccess kernel;
  private final ProcessMemory process;
  private final Memlock memlock;
  private final Map<Integer, GuestVm> vms = new TreeMap<>();
  private Optional<ProcessMemory> child = Optional.empty();
  private int inUse;

  PkvmWorld(StartHost start, El2 el2) {
    this.start = start;
    this.el2 = el2;
    kernel = new KernelAccess(el2);
    process = ProcessMemory.create(start.backing(), start.pages(), ram, kernel);
    process.onTaken(page -> vms.values().forEach(vm -> vm.taken(page)));
    memlock = new Memlock(start.memlockPages());
    create(0, start.kind());
  }

  El2 el2() {
    return el2;
  }

  KernelAccess kernel() {
    return kernel;
  }

  ProcessMemory process() {
    return process;
  }

  Optional<ProcessMemory> child() {
    return child;
  }

  void fork() {
    child = Optional.of(process.fork());
  }

  void childExits() {
    child.ifPresent(ProcessMemory::exit);
    child = Optional.empty();
  }

  /** Creates a VM and puts it in use. */
  void create(int number, VmKind kind) {
    if (vms.containsKey(number)) {
      throw new IllegalStateException("VM " + number + " exists");
    }
    vms.put(number, new GuestVm(kind, start.ipaBits(), el2, ram, process, memlock));
    inUse = number;
  }

  void use(int number) {
    inUse = number;
  }

  /** Returns the VM in use. */
  GuestVm vm() {
    GuestVm vm = vms.get(inUse);
    if (vm == null) {
      throw new IllegalStateException("VM " + inUse + " does not exist");
    }
    return vm;
  }

  /** Ends the VM in use. */
  void destroy() {
    vm().destroy();
    vms.remove(inUse);
  }
}
