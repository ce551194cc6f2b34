package io.github.gmem4j.cli.playing;

import io.github.gmem4j.cli.scenario.Expectation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Compares what is expected with what came. */
final class Verdicts {
  private final List<String> failures = new ArrayList<>();
  private int held;

  /**
   * Compares, if anything is expected.
   *
   * @param of what it is about, for the message
   * @param got what came
   */
  void compare(Optional<Expectation> expected, String of, String got) {
    expected.ifPresent(expectation -> compare(expectation, of, got));
  }

  void compare(Expectation expected, String of, String got) {
    if (expected.word().equals(got)) {
      held++;
    } else {
      failures.add(
          "%s: %s: expected %s, got %s".formatted(expected.place(), of, expected.word(), got));
    }
  }

  int held() {
    return held;
  }

  List<String> failures() {
    return List.copyOf(failures);
  }
}
