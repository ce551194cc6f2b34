package io.github.gmem4j.cli;

import io.github.gmem4j.cli.replaying.ProgressBar;
import io.github.gmem4j.conformance.Disagreement;
import io.github.gmem4j.conformance.Replay;
import io.github.gmem4j.conformance.ReplayReport;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** {@code gmem replay}: replays recordings, shows disagreements, ends with the tally. */
record ReplayCommand(PrintWriter out) {
  int replay(List<Path> files, boolean progress) {
    ReplayReport report =
        Optional.ofNullable(System.console())
            .filter(console -> progress && console.isTerminal())
            .map(console -> withProgress(files, console.writer()))
            .orElseGet(() -> Replay.of(files).run());
    report.disagreements().forEach(disagreement -> show(out, disagreement));
    out.printf("%d operations a second%n", report.operationsPerSecond());
    out.printf(
        "replayed %d sequences, %d operations: %d disagreements%n",
        report.sequences(), report.operations(), report.disagreements().size());
    return report.disagreements().isEmpty() ? ExitCode.GOOD : ExitCode.CHECK_FAILED;
  }

  private static ReplayReport withProgress(List<Path> files, PrintWriter terminal) {
    try (ProgressBar bar = ProgressBar.over(files, terminal)) {
      return Replay.of(files).onProgress(bar::replayed).run();
    }
  }

  static void show(PrintWriter out, Disagreement disagreement) {
    out.printf(
        "%s, line %d: sequence %d, operation %d, %s differs in %s%n",
        disagreement.file(),
        disagreement.line(),
        disagreement.sequence(),
        disagreement.index(),
        disagreement.operation(),
        String.join(", ", disagreement.fields()));
    out.printf("  expected %s%n", disagreement.expected());
    out.printf("  got      %s%n", disagreement.got());
  }
}
