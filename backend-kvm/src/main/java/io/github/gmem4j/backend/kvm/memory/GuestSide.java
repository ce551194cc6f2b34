package io.github.gmem4j.backend.kvm.memory;

import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Shareability;
import java.util.Optional;

/** The guest's side of a {@link TwinMemory}: which of the two copies its frames show. */
@FunctionalInterface
public interface GuestSide {
  /**
   * Shows the guest another copy of pages, wherever they are bound.
   *
   * @return the failure, if it sees what it saw before
   */
  Optional<ConversionOutcome> show(TwinMemory memory, PageRange pages, Shareability target);
}
