package io.github.gmem4j.cli.scenario;

import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Shareability;
import java.util.List;
import java.util.Optional;

/** One step of a scenario. */
public sealed interface Step {
  /** A sentence for the reader of the timeline. */
  record Note(String text) implements Step {}

  /**
   * A vCPU runs a program, and the VMM answers its exits until one is not about memory.
   *
   * @param place where the step stands
   * @param does the program
   * @param until how far it runs
   * @param exits the kinds of all exits, in order, if they are expected
   * @param holds how often the VMM is to wait, if that is expected
   */
  record Run(
      Place place,
      int vcpu,
      List<GuestDeed> does,
      Until until,
      Optional<Expectation> exits,
      Optional<Expectation> holds)
      implements Step {
    /** Copies the list. */
    public Run {
      does = List.copyOf(does);
    }
  }

  /** How far a vCPU runs in a step. */
  enum Until {
    /** Until its program ends or something happens that is not about memory. */
    DONE,
    /** Until {@code run()} first returns with a question; it stays unanswered for now. */
    FIRST_EXIT
  }

  /**
   * A vCPU goes on whose exit was left unanswered; nothing happens if there was none.
   *
   * @param place where the step stands
   */
  record GoOn(Place place, int vcpu) implements Step {}

  /** A host process does something. */
  record Host(String process, List<HostDeed> does) implements Step {
    /** Copies the list. */
    public Host {
      does = List.copyOf(does);
    }
  }

  /** The VMM does something. */
  record Vmm(List<VmmDeed> does) implements Step {
    /** Copies the list. */
    public Vmm {
      does = List.copyOf(does);
    }
  }

  /**
   * Something goes wrong from now on.
   *
   * @param place where it is said
   * @param fault what, and how often
   */
  record GoesWrong(Place place, PlannedFault fault) implements Step {}

  /** All pages of a range are expected to have a state. */
  record Check(Place place, PageRange pages, Shareability state) implements Step {}
}
