package io.github.gmem4j.cli.staging;

import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.seam.FaultInjector;
import io.github.gmem4j.cli.scenario.Scenario;

/** On what a scenario is played. */
public enum Backend {
  /** The in-memory engine. */
  MEMORY,
  /** This host's kernel, through /dev/kvm. */
  KVM;

  Host open(Scenario scenario, ManualClock clock, RoadListener listener, FaultInjector faults) {
    return switch (this) {
      case MEMORY -> InMemoryHost.of(scenario.kernel(), clock, listener, faults);
      case KVM -> RealHost.of(scenario, listener);
    };
  }
}
