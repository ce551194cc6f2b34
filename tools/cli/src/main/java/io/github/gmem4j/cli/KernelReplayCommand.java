package io.github.gmem4j.cli;

import io.github.gmem4j.api.memory.KernelException;
import io.github.gmem4j.conformance.KernelReplay;
import io.github.gmem4j.conformance.KernelReplayReport;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code gmem replay --backend kvm}: does this host's kernel answer as the recorded one did?
 *
 * @param out where the report goes
 * @param err where the reason goes if there is none
 */
record KernelReplayCommand(PrintWriter out, PrintWriter err) {
  int replay(List<Path> files) {
    KernelReplayReport report;
    try {
      report = KernelReplay.of(files).run();
    } catch (KernelException e) {
      err.println("gmem: " + e.getMessage());
      return ExitCode.CHECK_FAILED;
    }
    return tell(report);
  }

  /** Shows what came of it. A recording of which nothing could be replayed is no success. */
  int tell(KernelReplayReport report) {
    report.disagreements().forEach(disagreement -> ReplayCommand.show(out, disagreement));
    report.skipped().forEach((why, count) -> out.printf("skipped %d sequences %s%n", count, why));
    out.printf(
        "replayed %d sequences, %d operations: %d disagreements%n",
        report.sequences(), report.operations(), report.disagreements().size());
    report
        .unplayed()
        .forEach(file ->
            err.println("gmem: nothing of " + file + " can be played on this host's kernel"));
    return report.unplayed().isEmpty() && report.disagreements().isEmpty()
        ? ExitCode.GOOD
        : ExitCode.CHECK_FAILED;
  }
}
