package io.github.gmem4j.cli.staging;

import io.github.gmem4j.api.seam.FaultInjector;
import io.github.gmem4j.api.seam.FaultSite;
import io.github.gmem4j.cli.journal.Journal;
import io.github.gmem4j.cli.journal.Lane;
import io.github.gmem4j.cli.scenario.PlannedFault;
import java.util.HashMap;
import java.util.Map;

/** What a scenario lets go wrong. For one thread. */
final class StoryFaults implements FaultInjector {
  /** A fault that was planned, and how often it came. */
  private static final class Armed {
    private final PlannedFault fault;
    private int came;

    Armed(PlannedFault fault) {
      this.fault = fault;
    }

    boolean comes(long subject) {
      boolean comes = came < fault.times() && fault.subject().orElse(subject) == subject;
      came += comes ? 1 : 0;
      return comes;
    }
  }

  private final Journal journal;
  private final Map<FaultSite, Armed> armed = new HashMap<>();

  StoryFaults(Journal journal) {
    this.journal = journal;
  }

  /** From now on this goes wrong, in place of what was to go wrong there before. */
  void plan(PlannedFault fault) {
    armed.put(fault.site(), new Armed(fault));
  }

  @Override
  public boolean injects(FaultSite site, long subject) {
    Armed one = armed.get(site);
    boolean comes = one != null && one.comes(subject);
    if (comes) {
      journal.deed(Lane.MEMORY, Lane.MEMORY, "goes wrong: " + site.name());
    }
    return comes;
  }

  /** Tells whether a fault that was planned last for its place has come. */
  boolean came(PlannedFault fault) {
    Armed one = armed.get(fault.site());
    return one != null && one.came > 0;
  }
}
