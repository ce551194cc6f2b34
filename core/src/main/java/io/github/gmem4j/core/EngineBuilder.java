package io.github.gmem4j.core;

import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.seam.FaultInjector;
import io.github.gmem4j.api.seam.Waiter;
import io.github.gmem4j.core.kernel.KernelGeneration;
import java.time.InstantSource;

/** Builds an {@link Engine}. Not thread-safe. */
public final class EngineBuilder {
  private KernelGeneration generation = KernelGeneration.IN_PLACE;
  private InstantSource clock = InstantSource.system();
  private Waiter waiter = Waiter.REAL;
  private FaultInjector faults = FaultInjector.NONE;
  private RoadListener listener = RoadListener.NONE;

  EngineBuilder() {}

  /** Sets the generation of the kernel interface. */
  public EngineBuilder generation(KernelGeneration value) {
    generation = value;
    return this;
  }

  /** Sets the clock. */
  public EngineBuilder clock(InstantSource value) {
    clock = value;
    return this;
  }

  /** Sets how the VMM seat lets time pass. */
  public EngineBuilder waiter(Waiter value) {
    waiter = value;
    return this;
  }

  /** Sets who decides whether something goes wrong. */
  public EngineBuilder faults(FaultInjector value) {
    faults = value;
    return this;
  }

  /** Sets who is told of events. */
  public EngineBuilder listener(RoadListener value) {
    listener = value;
    return this;
  }

  /** Returns the engine. */
  public Engine build() {
    return new Engine(generation, clock, waiter, faults, listener);
  }
}
