package io.github.gmem4j.cli.staging;

import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.participant.Participant;
import io.github.gmem4j.api.participant.PlannedConversion;
import io.github.gmem4j.api.participant.Preparation;
import io.github.gmem4j.cli.journal.Journal;
import io.github.gmem4j.cli.journal.PageNames;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * A driver process that must stop before its pages become private: it asks for time while I/O is in
 * flight, then stops and unmaps, and goes on without the pages once they are private.
 */
final class DriverProcess implements Participant {
  private final HostProcess process;
  private final PageRange pages;
  private final Journal journal;
  // One wish may come in several pieces; the process goes on after the last.
  private final Set<PlannedConversion> stoppedFor = new HashSet<>();

  DriverProcess(HostProcess process, PageRange pages, Journal journal) {
    this.process = process;
    this.pages = pages;
    this.journal = journal;
  }

  @Override
  public String name() {
    return process.lane().name();
  }

  @Override
  public Preparation prepare(PlannedConversion conversion) {
    if (conversion.target() == Shareability.SHARED || !conversion.pages().overlaps(pages)) {
      return Preparation.READY;
    }
    Optional<Duration> busy = process.busyWith(conversion.pages());
    if (busy.isPresent()) {
      return new Preparation.NeedsTime(busy.get());
    }
    if (stoppedFor.isEmpty()) {
      process.stop();
      journal.deed(process.lane(), process.lane(), "no I/O in flight: stops and unmaps the memory");
    }
    stoppedFor.add(conversion);
    return Preparation.READY;
  }

  @Override
  public void commit(PlannedConversion conversion) {
    goOn(conversion, "maps the memory and goes on without " + PageNames.of(conversion.pages()));
  }

  @Override
  public void abort(PlannedConversion conversion) {
    goOn(conversion, "maps the memory and goes on as before");
  }

  private void goOn(PlannedConversion conversion, String text) {
    if (stoppedFor.remove(conversion) && stoppedFor.isEmpty()) {
      process.start();
      journal.deed(process.lane(), process.lane(), text);
    }
  }
}
