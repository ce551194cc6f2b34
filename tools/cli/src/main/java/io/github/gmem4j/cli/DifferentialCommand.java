package io.github.gmem4j.cli;

import io.github.gmem4j.api.memory.KernelException;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.conformance.Differential;
import io.github.gmem4j.conformance.DifferentialDisagreement;
import io.github.gmem4j.conformance.DifferentialReport;
import java.io.PrintWriter;
import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * {@code gmem differential}: random operations on the engine and on this host's kernel, step by
 * step.
 *
 * @param out where the report goes
 * @param err where the reason goes if there is none
 */
record DifferentialCommand(PrintWriter out, PrintWriter err) {
  int run(VmType type, long seed, long operations) {
    DifferentialReport report;
    try {
      report = Differential.of(type, seed, operations).run();
    } catch (KernelException e) {
      err.println("gmem: " + e.getMessage());
      return ExitCode.CHECK_FAILED;
    }
    report.disagreements().forEach(this::show);
    report.answers().forEach((operation, answers) -> show(out, operation, answers));
    report.leftOut().forEach((move, why) -> out.printf("left out: %s, %s%n", move, why));
    out.printf("%d operations a second%n", report.operationsPerSecond());
    out.printf(
        "compared %d operations in %d sequences from seed %d, VM type %s: %d disagreements%n",
        report.operations(),
        report.sequences(),
        report.seed(),
        report.type().name(),
        report.disagreements().size());
    return report.agreed() ? ExitCode.GOOD : ExitCode.CHECK_FAILED;
  }

  static void show(PrintWriter out, String operation, SortedMap<String, Long> answers) {
    out.printf(
        "%-16s %6d: %s%n",
        operation,
        answers.values().stream().mapToLong(Long::longValue).sum(),
        answers.entrySet().stream()
            .map(entry -> entry.getKey() + " " + entry.getValue())
            .collect(Collectors.joining(", ")));
  }

  private void show(DifferentialDisagreement disagreement) {
    out.printf(
        "seed %d, operation %d: %s%n",
        disagreement.seed(), disagreement.index(), disagreement.inputs());
    out.printf("  engine  %s%n", disagreement.engine());
    out.printf("  kernel  %s%n", disagreement.kernel());
    out.printf("  repeat  %s%n", disagreement.command());
  }
}
