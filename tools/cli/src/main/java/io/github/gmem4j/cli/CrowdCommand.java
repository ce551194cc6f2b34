package io.github.gmem4j.cli;

import io.github.gmem4j.api.memory.KernelException;
import io.github.gmem4j.conformance.CrowdReport;
import io.github.gmem4j.conformance.CrowdRun;
import java.io.PrintWriter;

/**
 * {@code gmem differential --vcpus}: several vCPUs and a host at once on this host's kernel.
 *
 * @param out where the report goes
 * @param err where the reason goes if there is none
 */
record CrowdCommand(PrintWriter out, PrintWriter err) {
  int run(int vcpus, long seed, long operations) {
    CrowdReport report;
    try {
      report = CrowdRun.of(vcpus, seed, operations).run();
    } catch (KernelException e) {
      err.println("gmem: " + e.getMessage());
      return ExitCode.CHECK_FAILED;
    }
    report.disagreements().forEach(out::println);
    report
        .answers()
        .forEach((operation, answers) -> DifferentialCommand.show(out, operation, answers));
    out.printf("%d operations a second%n", report.operationsPerSecond());
    out.printf(
        "judged %d operations of %d vCPUs and a host in %d meetings from seed %d:"
            + " %d disagreements%n",
        report.operations(),
        report.vcpus(),
        report.meetings(),
        report.seed(),
        report.disagreements().size());
    return report.disagreements().isEmpty() ? ExitCode.GOOD : ExitCode.CHECK_FAILED;
  }
}
