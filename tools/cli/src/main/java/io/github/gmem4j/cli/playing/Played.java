package io.github.gmem4j.cli.playing;

import io.github.gmem4j.cli.journal.Happening;
import io.github.gmem4j.cli.scenario.Scenario;
import java.util.List;
import java.util.Optional;

/**
 * What came of a scenario.
 *
 * @param scenario the scenario
 * @param policy the name of the policy it was played under
 * @param happenings what happened, in order
 * @param outcomes what each action yielded, in order
 * @param held how many expectations held
 * @param failures one sentence for each that did not, in order
 * @param isStopped whether the VMM had to stop a VM whose guest could not go on
 * @param endless why a vCPU found no end, if one did not
 */
public record Played(
    Scenario scenario,
    String policy,
    List<Happening> happenings,
    List<Outcome> outcomes,
    int held,
    List<String> failures,
    boolean isStopped,
    Optional<String> endless) {
  /** Copies the lists. */
  public Played {
    happenings = List.copyOf(happenings);
    outcomes = List.copyOf(outcomes);
    failures = List.copyOf(failures);
  }

  /** Tells whether every expectation held. */
  public boolean isGood() {
    return failures.isEmpty();
  }

  /** Returns one line for a person. */
  public String result() {
    return switch (failures.size()) {
      case 0 ->
          switch (held) {
            case 0 -> "ok: nothing was expected";
            case 1 -> "ok: 1 expectation holds";
            default -> "ok: " + held + " expectations hold";
          };
      case 1 -> "failed: " + failures.getFirst();
      default -> "failed: %s (and %d more)".formatted(failures.getFirst(), failures.size() - 1);
    };
  }
}
