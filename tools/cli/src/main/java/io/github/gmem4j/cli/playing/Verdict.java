package io.github.gmem4j.cli.playing;

import java.util.List;
import java.util.stream.Stream;

/**
 * What is to be said about a run.
 *
 * @param held how many expectations held
 * @param failures one sentence for each that did not, in order
 * @param findings what is not good whatever was expected, in order
 * @param defended one clause for each attempt to read past the page tables what a guest had written
 *     for itself that did not get it, in order
 */
public record Verdict(
    int held, List<String> failures, List<Finding> findings, List<String> defended) {
  /** Copies the lists. */
  public Verdict {
    failures = List.copyOf(failures);
    findings = List.copyOf(findings);
    defended = List.copyOf(defended);
  }

  /** Tells whether every expectation held and nothing was found. */
  public boolean isGood() {
    return failures.isEmpty() && findings.isEmpty();
  }

  /** Tells whether something was expected. */
  boolean expectedSomething() {
    return held > 0 || !failures.isEmpty();
  }

  /** Returns everything that is not good, each as a sentence. */
  public List<String> problems() {
    return Stream.concat(findings.stream().map(Finding::sentence), failures.stream()).toList();
  }
}
