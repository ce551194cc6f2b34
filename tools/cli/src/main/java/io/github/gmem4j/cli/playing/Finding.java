package io.github.gmem4j.cli.playing;

import io.github.gmem4j.cli.scenario.Place;
import java.time.Duration;
import java.util.List;

/** Something by which a run is not good, whatever was expected of it. */
public sealed interface Finding {
  /**
   * A vCPU's step found no end.
   *
   * @param vcpu which
   * @param action what it does not get past, as a word
   * @param since when it last made progress
   * @param until when it was given up
   * @param repeats what came how often meanwhile
   * @param enders who could end it, and by what
   */
  record Endless(
      int vcpu,
      String action,
      Duration since,
      Duration until,
      List<String> repeats,
      List<String> enders)
      implements Finding {
    /** Copies the lists. */
    public Endless {
      repeats = List.copyOf(repeats);
      enders = List.copyOf(enders);
    }

    @Override
    public String sentence() {
      return ("endless: vCPU %d does not get past '%s': from %d ms to %d ms %s; it could be ended"
              + " by %s")
          .formatted(
              vcpu,
              action,
              since.toMillis(),
              until.toMillis(),
              String.join(", ", repeats),
              String.join(", or by ", enders));
    }
  }

  /**
   * Somebody read what a guest had written for itself.
   *
   * @param reader who read
   * @param page the page, as people call it
   * @param value the byte, as a word
   * @param at when
   */
  record Exposed(String reader, String page, String value, Duration at) implements Finding {
    @Override
    public String sentence() {
      return "exposed: %s read %s from %s at %d ms, which the guest wrote as private"
          .formatted(reader, value, page, at.toMillis());
    }
  }

  /**
   * The VMM had to stop the VM, and the scenario does not say so.
   *
   * @param vcpu whose guest could not go on
   * @param action what it did not get past, as a word
   * @param why why it last left {@code run()}
   * @param at when
   */
  record Stopped(int vcpu, String action, String why, Duration at) implements Finding {
    @Override
    public String sentence() {
      return "stopped: the VM was stopped at %d ms, vCPU %d could not get past '%s' (%s)"
          .formatted(at.toMillis(), vcpu, action, why);
    }
  }

  /**
   * Something was to go wrong, and nobody came by where.
   *
   * @param at where the scenario says so
   * @param site the name of the place where it was to go wrong
   */
  record Missed(Place at, String site) implements Finding {
    @Override
    public String sentence() {
      return "failed: %s: nothing went wrong at '%s': nobody came by".formatted(at, site);
    }
  }

  /** Returns it as one sentence that begins with its kind. */
  String sentence();
}
