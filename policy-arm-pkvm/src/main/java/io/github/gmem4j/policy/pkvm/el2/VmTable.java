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

  /**
   * Returns a VM of a kind that has a vCPU loaded. What the host maps, it maps for the vCPU that is
   * loaded: {@code pkvm_get_loaded_hyp_vcpu} in {@code hyp/nvhe/hyp-main.c}.
   */
  Optional<Vm> loaded(VmHandle handle, VmKind kind) {
    return alive(handle).filter(vm -> vm.kind == kind && !vm.loadedVcpus.isEmpty());
  }

  /** Returns an ordinary VM, dying or not: {@code get_np_pkvm_hyp_vm} in {@code pkvm.c}. */
  Optional<Vm> ordinary(VmHandle handle) {
    return find(handle).filter(vm -> !vm.isProtected());
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

  static Transition notLoaded(VmHandle handle, VmKind kind) {
    return invalid("%s is no %s VM with a vCPU loaded".formatted(handle, kind));
  }

  static Transition notOrdinary(VmHandle handle) {
    return invalid(handle + " does not exist or is protected");
  }

  private static Transition invalid(String reason) {
    return Transition.refused(Errno.EINVAL, reason);
  }
}
