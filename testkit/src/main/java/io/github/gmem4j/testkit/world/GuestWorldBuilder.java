package io.github.gmem4j.testkit.world;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.participant.Participant;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.seam.FaultInjector;
import java.util.List;

/** Builds a {@link GuestWorld}: without more said, 16 private pages, one vCPU, launched. */
public final class GuestWorldBuilder {
  final ConversionPolicy policy;
  final ManualClock clock = new ManualClock();
  int pages = 16;
  int vcpus = 1;
  Shareability initially = Shareability.PRIVATE;
  List<Participant> participants = List.of();
  FaultInjector faults = FaultInjector.NONE;
  RoadListener listener = RoadListener.NONE;
  boolean launched = true;

  GuestWorldBuilder(ConversionPolicy policy) {
    this.policy = policy;
  }

  /** Sets how many pages the memory has, at least 1. */
  public GuestWorldBuilder pages(int count) {
    pages = count;
    return this;
  }

  /** Sets how many vCPUs there are, at least 1. */
  public GuestWorldBuilder vcpus(int count) {
    vcpus = count;
    return this;
  }

  /** Sets the state in which all pages begin. */
  public GuestWorldBuilder initially(Shareability state) {
    initially = state;
    return this;
  }

  /** Sets who takes part in conversions. */
  public GuestWorldBuilder participants(Participant... those) {
    participants = List.of(those);
    return this;
  }

  /** Sets who decides whether something goes wrong. */
  public GuestWorldBuilder faults(FaultInjector value) {
    faults = value;
    return this;
  }

  /**
   * Leaves the VM before the end of its launch, so that pages can be added to its image. Without
   * this the launch is finalized as soon as the memory is bound.
   */
  public GuestWorldBuilder beforeLaunch() {
    launched = false;
    return this;
  }

  /** Sets who else is told of events. */
  public GuestWorldBuilder listener(RoadListener value) {
    listener = value;
    return this;
  }

  /**
   * Returns the world.
   *
   * @throws IllegalArgumentException if there are no pages or no vCPUs
   */
  public GuestWorld build() {
    if (pages < 1 || vcpus < 1) {
      throw new IllegalArgumentException(pages + " pages, " + vcpus + " vCPUs: at least 1 each");
    }
    return new GuestWorld(this);
  }
}
