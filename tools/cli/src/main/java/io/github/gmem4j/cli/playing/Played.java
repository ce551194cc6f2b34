package io.github.gmem4j.cli.playing;

import io.github.gmem4j.cli.journal.Happening;
import io.github.gmem4j.cli.scenario.Scenario;
import java.util.List;

/**
 * What came of a scenario.
 *
 * @param scenario the scenario
 * @param policy the name of the policy it was played under
 * @param happenings what happened, in order
 * @param outcomes what each action yielded, in order
 * @param verdict what is to be said about it
 * @param isStopped whether the VMM had to stop a VM whose guest could not go on, expected or not
 */
public record Played(
    Scenario scenario,
    String policy,
    List<Happening> happenings,
    List<Outcome> outcomes,
    Verdict verdict,
    boolean isStopped) {
  /** Copies the lists. */
  public Played {
    happenings = List.copyOf(happenings);
    outcomes = List.copyOf(outcomes);
  }

  /** Tells whether every expectation held and nothing was found that is never good. */
  public boolean isGood() {
    return verdict.isGood();
  }

  /** Returns one line for a person. */
  public String result() {
    List<String> problems = verdict.problems();
    if (problems.isEmpty()) {
      return "ok: " + expectations() + defended();
    }
    String first = problems.getFirst();
    String lead = verdict.findings().isEmpty() ? "failed: " : "";
    String more = problems.size() == 1 ? "" : " (and %d more)".formatted(problems.size() - 1);
    return lead + first + more;
  }

  private String expectations() {
    if (!verdict.expectedSomething()) {
      return "nothing was expected; " + Seen.of(this);
    }
    return verdict.held() == 1 ? "1 expectation holds" : verdict.held() + " expectations hold";
  }

  private String defended() {
    return verdict.defended().isEmpty()
        ? ""
        : "; defended: " + String.join(", ", verdict.defended());
  }
}
