package io.github.gmem4j.backend.kvm.probe;

import io.github.gmem4j.api.vm.VmType;
import java.util.Optional;

/** The kernel's VM types on x86. */
public enum MachineType {
  /** An ordinary VM. */
  DEFAULT(0),
  /** Private memory without any hardware behind it. */
  SW_PROTECTED(1),
  /** AMD's memory encryption. */
  SEV(2),
  /** The same with encrypted registers. */
  SEV_ES(3),
  /** The same with protected page tables. */
  SNP(4),
  /** Intel's trust domains. */
  TDX(5);

  private final int number;

  MachineType(int number) {
    this.number = number;
  }

  /** Returns the number for {@code KVM_CREATE_VM}. */
  public int number() {
    return number;
  }

  /** Returns the type as the api knows it; empty for one that this backend cannot launch. */
  public Optional<VmType> type() {
    return switch (this) {
      case DEFAULT -> Optional.of(VmType.DEFAULT);
      case SW_PROTECTED -> Optional.of(VmType.SW_PROTECTED);
      case SEV, SEV_ES, SNP, TDX -> Optional.empty();
    };
  }

  /** Returns the machine type behind a VM type; empty if this backend has none. */
  public static Optional<MachineType> of(VmType type) {
    for (MachineType machine : values()) {
      if (machine.type().filter(type::equals).isPresent()) {
        return Optional.of(machine);
      }
    }
    return Optional.empty();
  }
}
