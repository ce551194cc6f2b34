package io.github.gmem4j.cli.scenario;

import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Shareability;
import java.util.Optional;

/** Something the VMM does of its own accord, with no guest waiting for it. */
public sealed interface VmmDeed {
  /** Converts pages through the guest memory itself. */
  record Convert(Shareability target, PageRange pages, Optional<Expectation> expected)
      implements VmmDeed {}

  /** Adds a memory slot, under the lowest number that is free. */
  record Bind(SlotLayout slot) implements VmmDeed {}

  /** Deletes a memory slot. */
  record Unbind(Place place, int slot) implements VmmDeed {}

  /** Ends the VM and creates a new one, with the same memory and no slot. */
  record Restart(Place place) implements VmmDeed {}

  /**
   * Reboots: ends the VM, creates a new one with the same memory, binds the slots of the beginning.
   *
   * @param memory what becomes of the memory before it is bound
   */
  record Reboot(Place place, OnReboot memory, Optional<Expectation> expected) implements VmmDeed {}

  /** What becomes of the memory at a reboot. */
  enum OnReboot {
    /** Its pages keep their state. */
    KEPT,
    /** The VMM converts all of it to what it began as, through the memory itself. */
    RESET
  }
}
