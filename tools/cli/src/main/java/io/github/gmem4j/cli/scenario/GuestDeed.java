package io.github.gmem4j.cli.scenario;

import io.github.gmem4j.api.guest.GuestAction;
import java.util.Optional;

/** Something a guest does. */
public sealed interface GuestDeed {
  /** Does exactly this. */
  record Exactly(GuestAction action, Optional<Expectation> expected) implements GuestDeed {}

  /**
   * Accesses memory as what the guest takes it for: what it last asked for with success, or what
   * the memory began as.
   */
  record AsBelieved(GuestAccess access, Optional<Expectation> expected) implements GuestDeed {}

  /** Returns what it is to yield, if anything is expected. */
  Optional<Expectation> expected();
}
