package io.github.gmem4j.cli.staging;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.cli.journal.Journal;
import java.util.List;

/**
 * The states of guest frames where the kernel keeps them with the VM. No call asks it for them, so
 * that a VMM has to keep books: of what it set, and of what the kernel did.
 */
final class FrameStates {
  private final Journal journal;
  private final int since;

  /** Begins the books of a new VM, all of whose frames are shared. */
  FrameStates(Journal journal) {
    this.journal = journal;
    this.since = journal.size();
  }

  Shareability of(Gfn gfn) {
    List<RoadEvent> events = journal.roadSince(since);
    for (RoadEvent event : events.reversed()) {
      if (event instanceof RoadEvent.ConversionTried tried
          && tried.outcome().succeeded()
          // Where the state is the VM's, a conversion is about guest addresses.
          && Machine.contains(tried.range(), gfn.gpa().value())) {
        return tried.target();
      }
    }
    return Shareability.SHARED;
  }
}
