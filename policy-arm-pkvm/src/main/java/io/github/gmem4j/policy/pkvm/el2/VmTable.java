package io.github.gmem4j.policy.pkvm.el2;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.KernelResult;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The VMs of a host, and which of their vCPUs are loaded. */
final class VmTable {
  /** Most VMs at a time. */
  static final int MOST = 255;

  private final @Nullable Vm[] vms = new Vm[MOST];

  KernelResult<VmHandle> create(VmKind kind) {
    for (int i = 0; i < MOST; i++) {
      if (vms[i] == null) {
        VmHandle handle = new VmHandle(VmHandle.FIRST + i);
        vms[i] = new Vm(handle, kind);
        return KernelResult.ok(handle);
      }
    }
    return KernelResult.failed(Errno.ENOMEM, "all " + MOST + " VMs exist");
  }

  Optional<Vm> find(VmHandle handle) {
    int index = handle.value() - VmHandle.FIRST;
    return index >= 0 && index < MOST ? Optional.ofNullable(vms[index]) : Optional.empty();
  }

  /** Returns a VM whose guest may run. */
  Optional<Vm> alive(VmHandle handle) {
    return find(handle).filter(vm -> !vm.dying);
  }

  Transition load(VmHandle handle, int vcpu) {
    Optional<Vm> vm = alive(handle);
    if (vm.isEmpty()) {
      return notAlive(handle);
    }
    return vm.get().loadedVcpus.add(vcpu)
        ? Transition.DONE
        : invalid("vCPU %d of %s is loaded already".formatted(vcpu, handle));
  }

  void put(VmHandle handle, int vcpu) {
    find(handle).ifPresent(vm -> vm.loadedVcpus.remove(vcpu));
  }

  Transition startTeardown(VmHandle handle) {
    Optional<Vm> vm = alive(handle);
    if (vm.isEmpty()) {
      return notAlive(handle);
    }
    if (!vm.get().loadedVcpus.isEmpty()) {
      return invalid(handle + " has loaded vCPUs: " + vm.get().loadedVcpus);
    }
    vm.get().dying = true;
    return Transition.DONE;
  }

  Transition finalizeTeardown(VmHandle handle) {
    if (find(handle).filter(vm -> vm.dying).isEmpty()) {
      return invalid(handle + " is not dying");
    }
    vms[handle.value() - VmHandle.FIRST] = null;
    return Transition.DONE;
  }

  static Transition notAlive(VmHandle handle) {
    return invalid(handle + " does not exist or is dying");
  }

  private static Transition invalid(String reason) {
    return Transition.refused(Errno.EINVAL, reason);
  }
}
