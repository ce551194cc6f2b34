package io.github.gmem4j.cli;

import io.github.gmem4j.cli.scenario.InputException;
import io.github.gmem4j.conformance.RecordingException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** The {@code gmem} command: what can be said on the command line. */
@Command(
    name = "gmem",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisHeading = "Usage: ",
    description = {
      "",
      "Watch a confidential VM convert memory, and check the engine against real kernels."
    },
    optionListHeading = "%nOptions:%n",
    commandListHeading = "%nCommands:%n",
    footer = {
      "",
      "Examples:",
      "  gmem run examples/scenarios/eight-steps.yaml",
      "  gmem replay tools/conformance/recordings/*",
      "",
      "Exit codes: 0 good, 1 the check failed, 2 wrong usage or unreadable input."
    },
    exitCodeOnInvalidInput = ExitCode.UNUSABLE,
    exitCodeOnExecutionException = ExitCode.UNUSABLE)
public final class Gmem {
  private final PrintWriter out;

  private Gmem(PrintWriter out) {
    this.out = out;
  }

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    PrintWriter out = new PrintWriter(System.out, false, System.out.charset());
    PrintWriter err = new PrintWriter(System.err, true, System.err.charset());
    int code = execute(out, err, arguments);
    out.flush();
    System.exit(code);
  }

  /** Runs the command and returns its exit code. */
  static int execute(PrintWriter out, PrintWriter err, String... arguments) {
    return new CommandLine(new Gmem(out))
        .setOut(out)
        .setErr(err)
        .setParameterExceptionHandler((e, given) -> wrongUsage(e))
        .setExecutionExceptionHandler((e, command, parsed) -> unusable(e, command))
        .execute(arguments);
  }

  private static int wrongUsage(ParameterException e) {
    String command = e.getCommandLine().getCommandSpec().qualifiedName();
    String what =
        Optional.ofNullable(e.getMessage())
            .flatMap(message -> message.lines().findFirst())
            .orElse("wrong usage");
    e.getCommandLine().getErr().println("gmem: %s (see %s --help)".formatted(what, command));
    return ExitCode.UNUSABLE;
  }

  /** What the user can mend is one sentence; anything else is a defect and shows where. */
  private static int unusable(Exception e, CommandLine command) throws Exception {
    if (e instanceof InputException || e instanceof RecordingException) {
      command.getErr().println("gmem: " + e.getMessage());
      return ExitCode.UNUSABLE;
    }
    throw e;
  }

  @Command(
      name = "run",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      synopsisHeading = "Usage: ",
      optionListHeading = "%nOptions:%n",
      parameterListHeading = "%n",
      header = "Plays scenarios and prints their timelines.",
      description = {
        "",
        "One column for each seat (guest, KVM, VMM, memory), one row for each thing that happens."
            + " The last line says whether the scenario's expectations hold."
      },
      footer = {
        "",
        "Examples:",
        "  gmem run examples/scenarios/eight-steps.yaml",
        "  gmem run --diagram eight-steps.svg examples/scenarios/eight-steps.yaml",
        "  gmem run --json examples/scenarios/*.yaml | jq .text",
        "",
        "examples/scenarios/README.md describes scenario files and the fields of --json."
      },
      exitCodeOnInvalidInput = ExitCode.UNUSABLE,
      exitCodeOnExecutionException = ExitCode.UNUSABLE)
  int run(
      @Parameters(
              arity = "1..*",
              paramLabel = "SCENARIO",
              description = "Scenario files, YAML or JSON.")
          List<Path> scenarios,
      @Option(
              names = "--diagram",
              paramLabel = "FILE.svg",
              description = "Also writes a sequence diagram (of one scenario).")
          @Nullable Path diagram,
      @Option(
              names = "--json",
              description = "Prints one JSON object a line instead of the timeline.")
          boolean json) {
    return new RunCommand(out, json).run(scenarios, diagram);
  }

  @Command(
      name = "replay",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      synopsisHeading = "Usage: ",
      optionListHeading = "%nOptions:%n",
      parameterListHeading = "%n",
      header = "Replays recordings of real kernels against the engine.",
      description = {
        "",
        "Operation by operation; every result that differs is shown. The last line is the tally."
      },
      footer = {"", "Example:", "  gmem replay tools/conformance/recordings/*"},
      exitCodeOnInvalidInput = ExitCode.UNUSABLE,
      exitCodeOnExecutionException = ExitCode.UNUSABLE)
  int replay(
      @Parameters(
              arity = "1..*",
              paramLabel = "FILE",
              description = "Recordings, JSON lines, plain or compressed with gzip.")
          List<Path> files,
      @Option(
              names = "--no-progress",
              description = "Shows no progress bar, not even on a terminal.")
          boolean noProgress) {
    return new ReplayCommand(out).replay(files, !noProgress);
  }
}
