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
    report.disagreements().forEach(disagreement -> ReplayCommand.show(out, disagreement));
    report.skipped().forEach((why, count) -> out.printf("skipped %d sequences %s%n", count, why));
    out.printf(
        "replayed %d sequences, %d operations: %d disagreements%n",
        report.sequences(), report.operations(), report.disagreements().size());
    if (report.sequences() == 0) {
      err.println(nothingPlayed(report));
    }
    return report.sequences() > 0 && report.disagreements().isEmpty()
        ? ExitCode.GOOD
        : ExitCode.CHECK_FAILED;
  }

  private static String nothingPlayed(KernelReplayReport report) {
    return report.skipped().isEmpty()
        ? "gmem: nothing was replayed: the recordings hold no sequence"
        : "gmem: nothing was replayed: this host's kernel cannot play sequences "
            + String.join(", or ", report.skipped().keySet());
  }
}
