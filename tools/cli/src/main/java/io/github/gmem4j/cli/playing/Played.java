package io.github.gmem4j.cli.playing;

import io.github.gmem4j.cli.journal.Happening;
import io.github.gmem4j.cli.scenario.Scenario;
import java.util.List;

/**
 * What came of a scenario.
 *
 * @param scenario the scenario
 * @param happenings what happened, in order
 * @param held how many expectations held
 * @param failures one sentence for each that did not, in order
 */
public record Played(
    Scenario scenario, List<Happening> happenings, int held, List<String> failures) {
  /** Copies the lists. */
  public Played {
    happenings = List.copyOf(happenings);
    failures = List.copyOf(failures);
  }

  /** Tells whether every expectation held. */
  public boolean isGood() {
    return failures.isEmpty();
  }

  /** Returns one line for a person. */
  public String result() {
    return switch (failures.size()) {
      case 0 -> "ok: " + (held == 1 ? "1 expectation holds" : held + " expectations hold");
      case 1 -> "failed: " + failures.getFirst();
      default -> "failed: %s (and %d more)".formatted(failures.getFirst(), failures.size() - 1);
    };
  }
}
