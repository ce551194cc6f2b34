package io.github.gmem4j.cli.staging;

import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.seam.FaultInjector;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.kernel.KernelGeneration;
import java.util.Optional;

/** The engine. */
record InMemoryHost(Engine engine) implements Host {
  static InMemoryHost of(
      KernelGeneration kernel, ManualClock clock, RoadListener listener, FaultInjector faults) {
    return new InMemoryHost(
        Engine.builder()
            .generation(kernel)
            .clock(clock)
            .waiter(clock)
            .listener(listener)
            .faults(faults)
            .build());
  }

  @Override
  public VirtualMachine createVm(ConversionPolicy policy) {
    return engine.createVm(policy);
  }

  @Override
  public Optional<String> description(ConversionPolicy policy, VirtualMachine vm) {
    return Optional.empty();
  }

  /** {@inheritDoc} Nothing outside the heap is held. */
  @Override
  public void close() {}
}
