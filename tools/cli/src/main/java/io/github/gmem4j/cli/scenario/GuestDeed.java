package io.github.gmem4j.cli.scenario;

import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.vm.Gpa;
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

  /**
   * Takes a page for its own, as firmware does at boot: with the instruction that the platform has
   * for that; where it has none the first touch is enough.
   */
  record Accept(Gpa at, Optional<Expectation> expected) implements GuestDeed {}

  /**
   * Does exactly this, and more is said about what it yields than one word.
   *
   * @param detail the rest of what it is to yield
   */
  record InDetail(GuestAction action, Optional<Expectation> expected, Expectation detail)
      implements GuestDeed {}

  /** Returns what it is to yield, if anything is expected. */
  Optional<Expectation> expected();
}
