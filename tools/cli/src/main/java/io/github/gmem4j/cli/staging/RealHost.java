package io.github.gmem4j.cli.staging;

import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.backend.kvm.Kvm;
import io.github.gmem4j.backend.kvm.KvmAccess;
import io.github.gmem4j.backend.kvm.vm.TwinVm;
import io.github.gmem4j.cli.scenario.InputException;
import io.github.gmem4j.cli.scenario.Scenario;
import io.github.gmem4j.cli.scenario.Step;
import io.github.gmem4j.core.kernel.KernelGeneration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** This host's KVM. */
record RealHost(Kvm kvm, RoadListener listener, List<VirtualMachine> vms) implements Host {
  /**
   * Opens it.
   *
   * @throws InputException if there is none, or the scenario is about another kernel
   */
  static RealHost of(Scenario scenario, RoadListener listener) {
    if (scenario.kernel() == KernelGeneration.RFC_2025) {
      throw new InputException(
          "'%s' is about the interface of 2025, which no kernel has; it plays in memory only"
              .formatted(scenario.title()));
    }
    if (scenario.steps().stream().anyMatch(Step.GoesWrong.class::isInstance)) {
      throw new InputException(
          "'%s' lets something go wrong, which a real kernel does not do on purpose; it plays in"
                  .formatted(scenario.title())
              + " memory only");
    }
    return switch (Kvm.open()) {
      case KvmAccess.Granted granted -> new RealHost(granted.kvm(), listener, new ArrayList<>());
      case KvmAccess.Refused refused -> throw new InputException(refused.reason());
    };
  }

  @Override
  public VirtualMachine createVm(ConversionPolicy policy) {
    return switch (kvm.createConvertingVm(policy, listener)) {
      case KernelResult.Ok<VirtualMachine>(VirtualMachine vm) -> {
        vms.add(vm);
        yield vm;
      }
      case KernelResult.Failed<VirtualMachine> failed ->
          throw new InputException(
              "policy %s does not play here: %s"
                  .formatted(policy.traits().name(), failed.reason()));
    };
  }

  @Override
  public Optional<String> description(ConversionPolicy policy, VirtualMachine vm) {
    String has = vm.type().name();
    String wanted = policy.traits().vmType().name();
    String converts = vm instanceof TwinVm ? "through the VM, two copies of each page" : "in place";
    return Optional.of(
        "on this host's kernel: %s; memory is converted %s"
            .formatted(
                has.equals(wanted)
                    ? "a VM of type " + has
                    : "a VM of type %s stands in for %s".formatted(has, wanted),
                converts));
  }

  @Override
  public void close() {
    vms.forEach(VirtualMachine::close);
    kvm.close();
  }
}
