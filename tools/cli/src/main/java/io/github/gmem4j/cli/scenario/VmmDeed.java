package io.github.gmem4j.cli.scenario;

import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.GpaRange;
import java.time.Duration;
import java.util.Optional;

/** Something the VMM does of its own accord, with no guest waiting for it. */
public sealed interface VmmDeed {
  /** Converts pages through the guest memory itself. */
  record Convert(Shareability target, PageRange pages, Optional<Expectation> expected)
      implements VmmDeed {}

  /** Sets the attributes of guest frames through the VM. */
  record Attributes(Shareability target, GpaRange range, Optional<Expectation> expected)
      implements VmmDeed {}

  /** Frees pages: their next touch finds zeroes. */
  record Discard(PageRange pages, Optional<Expectation> expected) implements VmmDeed {}

  /** Allocates pages ahead of their first touch. */
  record Allocate(PageRange pages, Optional<Expectation> expected) implements VmmDeed {}

  /** A hardware memory error hits a page. */
  record Poison(PageIndex page, Optional<Expectation> expected) implements VmmDeed {}

  /** Maps pages for a vCPU ahead of its first touch. */
  record Prefault(int vcpu, GpaRange range, Optional<Expectation> expected) implements VmmDeed {}

  /** Adds private pages to the initial image, as they are. */
  record Populate(GpaRange range, Optional<Expectation> expected) implements VmmDeed {}

  /** Completes the initial image. */
  record FinalizeLaunch(Optional<Expectation> expected) implements VmmDeed {}

  /**
   * Asks for a change of a memory slot, right or wrong.
   *
   * @param numbers the fields of the kernel's struct
   * @param isBound whether the guest memory is handed over with it
   */
  record SetSlot(SlotNumbers numbers, boolean isBound, Optional<Expectation> expected)
      implements VmmDeed {}

  /** Queues an interrupt for a vCPU. */
  record Interrupt(int vcpu) implements VmmDeed {}

  /**
   * Makes a vCPU leave {@code run()}.
   *
   * @param after how much later; empty: now
   */
  record Kick(int vcpu, Optional<Duration> after) implements VmmDeed {}

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
