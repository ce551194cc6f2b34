package io.github.gmem4j.cli.scenario;

import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.ReferenceKind;
import java.time.Duration;
import java.util.Optional;

/** Something a host process does. */
public sealed interface HostDeed {
  /** Touches the page without looking at its bytes. */
  record Touch(PageIndex page, Optional<Expectation> expected) implements HostDeed {}

  /** Loads the first byte of the page. */
  record Read(PageIndex page, Optional<Expectation> expected) implements HostDeed {}

  /** Stores the first byte of the page. */
  record Write(PageIndex page, byte value, Optional<Expectation> expected) implements HostDeed {}

  /** Touches the page again each time the VMM waits. */
  record KeepTouching(PageIndex page, Optional<Expectation> expected) implements HostDeed {}

  /**
   * Takes a reference on the page.
   *
   * @param lasts how long it holds it; empty: until it unpins
   */
  record Pin(
      PageIndex page, ReferenceKind kind, Optional<Duration> lasts, Optional<Expectation> expected)
      implements HostDeed {}

  /** Loads the first byte of the page through a reference it holds, past every page table. */
  record ReadPinned(PageIndex page, Optional<Expectation> expected) implements HostDeed {}

  /** Drops the references it has on the page. */
  record Unpin(PageIndex page, Optional<Expectation> expected) implements HostDeed {}

  /** Returns the page. */
  PageIndex page();

  /** Returns what it is to yield, if anything is expected. */
  Optional<Expectation> expected();
}
