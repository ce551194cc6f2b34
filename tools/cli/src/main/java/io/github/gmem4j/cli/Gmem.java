package io.github.gmem4j.cli;

import io.github.gmem4j.backend.kvm.Kvm;
import io.github.gmem4j.cli.comparing.Column;
import io.github.gmem4j.cli.scenario.InputException;
import io.github.gmem4j.cli.scenario.Printable;
import io.github.gmem4j.cli.staging.Backend;
import io.github.gmem4j.cli.telling.PrintableWriter;
import io.github.gmem4j.conformance.CrowdRun;
import io.github.gmem4j.conformance.RecordingException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;

/**
 * The {@code gmem} command: what can be said on the command line. What its subcommands do not say
 * for themselves they have from the command.
 */
@Command(
    name = "gmem",
    scope = ScopeType.INHERIT,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisHeading = "Usage: ",
    description = {
      "",
      "Watch a confidential VM convert memory, and check the engine against real kernels."
    },
    optionListHeading = "%nOptions:%n",
    parameterListHeading = "%n",
    commandListHeading = "%nCommands:%n",
    footer = {
      "",
      "Examples:",
      "  gmem run examples/scenarios/eight-steps.yaml",
      "  gmem compare examples/scenarios/compare/pin-released.yaml",
      "  gmem replay tools/conformance/recordings/*",
      "",
      "Exit codes: 0 good, 1 the check failed, 2 wrong usage or unreadable input."
    },
    exitCodeOnInvalidInput = ExitCode.UNUSABLE,
    exitCodeOnExecutionException = ExitCode.UNUSABLE)
public final class Gmem {
  private final PrintWriter out;
  private final PrintWriter err;

  private Gmem(PrintWriter out, PrintWriter err) {
    this.out = out;
    this.err = err;
  }

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    Outlet out = new Outlet(new FileOutputStream(FileDescriptor.out));
    Outlet err = new Outlet(new FileOutputStream(FileDescriptor.err));
    System.exit(
        execute(
            out,
            out.writer(System.out.charset(), false),
            err,
            err.writer(System.err.charset(), true),
            arguments));
  }

  /** Runs the command and returns its exit code, which also says whether all was printed. */
  static int execute(
      Outlet out, PrintWriter toOut, Outlet err, PrintWriter toErr, String... arguments) {
    int code = execute(toOut, toErr, arguments);
    toOut.flush();
    out.loss().ifPresent(why -> toErr.println("gmem: the output could not be written: " + why));
    toErr.flush();
    boolean isWhole = out.loss().isEmpty() && err.loss().isEmpty();
    return isWhole ? code : ExitCode.UNUSABLE;
  }

  /** Runs the command and returns its exit code. */
  static int execute(PrintWriter out, PrintWriter err, String... arguments) {
    PrintWriter toOut = new PrintWriter(new PrintableWriter(out));
    PrintWriter toErr = new PrintWriter(new PrintableWriter(err), true);
    int code =
        new CommandLine(new Gmem(toOut, toErr))
            .setCaseInsensitiveEnumValuesAllowed(true)
            // Help only, which is ours and may have colours.
            .setOut(out)
            .setErr(toErr)
            .setParameterExceptionHandler((e, given) -> wrongUsage(e))
            .setExecutionExceptionHandler((e, command, parsed) -> unusable(e, command))
            .execute(arguments);
    toOut.flush();
    toErr.flush();
    return code;
  }

  private static int wrongUsage(ParameterException e) {
    CommandLine command = e.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    return complain(command, "%s (see %s --help)".formatted(WrongUsage.sentence(e), name));
  }

  /** What the user can mend is one sentence; anything else is a defect and shows where. */
  private static int unusable(Exception e, CommandLine command) throws Exception {
    if (e instanceof InputException || e instanceof RecordingException) {
      return complain(command, String.valueOf(e.getMessage()));
    }
    throw e;
  }

  private static int complain(CommandLine command, String sentence) {
    command.getErr().println("gmem: " + Printable.of(sentence));
    return ExitCode.UNUSABLE;
  }

  @Command(
      name = "run",
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
        "  gmem run --backend kvm examples/scenarios/eight-steps.yaml",
        "",
        "examples/scenarios/README.md describes scenario files and the fields of --json."
      })
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
              names = "--policy",
              paramLabel = "NAME",
              description = "Plays under this policy, whatever the scenarios name.")
          @Nullable String policy,
      @Option(
              names = "--backend",
              paramLabel = "BACKEND",
              defaultValue = "memory",
              description =
                  "memory (default), or kvm: on this host's kernel, with real vCPUs; see 'gmem"
                      + " probe'.")
          Backend backend,
      @Mixin PolicyChoice choice,
      @Option(
              names = "--json",
              description = "Prints one JSON object a line instead of the timeline.")
          boolean json) {
    return new RunCommand(out, err, choice.find(), Optional.ofNullable(policy), backend, json)
        .run(scenarios, diagram);
  }

  @Command(
      name = "compare",
      header = "Plays one story under several policies and counts what differs.",
      description = {
        "",
        "A row for each policy, a variant under its own name. A policy under which the story cannot"
            + " be told says why."
      },
      footer = {
        "",
        "Examples:",
        "  gmem compare examples/scenarios/compare/pin-released.yaml",
        "  gmem compare --policies tdx,snp --diagram both.svg"
            + " examples/scenarios/compare/pin-released.yaml",
        "  gmem compare --columns exits,runs,state examples/scenarios/compare/second-vcpu.yaml",
        "",
        "examples/scenarios/README.md describes the columns and the fields of --json."
      })
  int compare(
      @Parameters(
              arity = "1",
              paramLabel = "SCENARIO",
              description = "A scenario file without anything that only one policy has.")
          Path scenario,
      @Option(
              names = "--policies",
              paramLabel = "NAMES",
              split = ",",
              description = "The policies, in this order; default: all that are installed.")
          @Nullable List<String> names,
      @Option(
              names = "--columns",
              paramLabel = "NAMES",
              split = ",",
              description =
                  "The columns, in this order: guest, host, vmm, exits, runs, tries, refaults,"
                      + " notices, lost, exposure, retries, state, borne; default: those that have"
                      + " something to tell.")
          @Nullable List<String> columns,
      @ArgGroup @Nullable TableForm form,
      @Option(
              names = "--diagram",
              paramLabel = "FILE.svg",
              description = "Also writes the sequence diagrams, side by side.")
          @Nullable Path diagram,
      @Mixin PolicyChoice choice) {
    return new CompareCommand(
            out, choice.find(), form == null ? CompareCommand.Form.TEXT : form.chosen())
        .compare(
            scenario,
            names == null ? List.of() : names,
            Column.chosen(columns == null ? List.of() : columns),
            diagram);
  }

  @Command(
      name = "policies",
      header = "Lists the installed policies.",
      description = {
        "",
        "Their VM type, who converts, how the kind of a guest's access is known, one line about"
            + " each."
      },
      footer = {
        "",
        "Examples:",
        "  gmem policies --json",
        "  GMEM_CLASSPATH=my-policy.jar gmem policies"
      })
  int policies(
      @Option(names = "--json", description = "Prints one JSON object a line.") boolean json,
      @Mixin PolicyChoice choice) {
    PoliciesCommand command = new PoliciesCommand(out, choice.find());
    return json ? command.json() : command.text();
  }

  @Command(
      name = "tables",
      header = "Makes the tables of documents anew.",
      description = {
        "",
        "A table stands between the lines '<!-- gmem compare ARGUMENTS -->' and '<!-- gmem end -->'"
            + " and is what 'gmem compare --markdown ARGUMENTS' prints. ARGUMENTS are a story,"
            + " whose path begins where the document lies, --policies and --columns."
      },
      footer = {"", "Example:", "  gmem tables docs/debate.md"})
  int tables(
      @Parameters(arity = "1..*", paramLabel = "FILE.md", description = "Markdown documents.")
          List<Path> documents,
      @Option(names = "--check", description = "Changes nothing; exit code 1 if a table is stale.")
          boolean check,
      @Mixin PolicyChoice choice) {
    TablesCommand command = new TablesCommand(out, choice.find());
    return check ? command.check(documents) : command.write(documents);
  }

  @Command(
      name = "replay",
      header = "Replays recordings of real kernels against the engine.",
      description = {
        "",
        "Operation by operation; every result that differs is shown. The last line is the tally."
      },
      footer = {
        "",
        "Examples:",
        "  gmem replay tools/conformance/recordings/*",
        "  gmem replay --backend kvm tools/conformance/recordings/C.jsonl.gz"
      })
  int replay(
      @Parameters(
              arity = "1..*",
              paramLabel = "FILE",
              description = "Recordings, JSON lines, plain or compressed with gzip.")
          List<Path> files,
      @Option(
              names = "--no-progress",
              description = "Shows no progress bar, not even on a terminal.")
          boolean noProgress,
      @Option(
              names = "--backend",
              paramLabel = "BACKEND",
              defaultValue = "memory",
              description =
                  "memory (default), or kvm: against this host's kernel, what of generation C needs"
                      + " no fork.")
          Backend backend) {
    return switch (backend) {
      case MEMORY -> new ReplayCommand(out).replay(files, !noProgress);
      case KVM -> new KernelReplayCommand(out, err).replay(files);
    };
  }

  @Command(
      name = "probe",
      header = "Shows what this host's KVM can do, and what of gmem4j works here.",
      description = {
        "",
        "What a kernel does is found out by trying, on VMs made for it; nothing is left behind."
            + " Exit code 1 and one line where there is no KVM to look at."
      },
      footer = {"", "Examples:", "  gmem probe", "  gmem probe --json"})
  int probe(@Option(names = "--json", description = "Prints one JSON object.") boolean json) {
    ProbeCommand command = new ProbeCommand(out, err, Kvm.open());
    return json ? command.json() : command.text();
  }

  @Command(
      name = "differential",
      header = "Does random operations on the engine and on this host's kernel.",
      description = {
        "",
        "Step by step, comparing every answer; the first difference ends a sequence and is shown"
            + " with the command that repeats it. Needs a kernel that keeps the state in the VM.",
        "",
        "With --vcpus that many run at once, beside a host that touches, pins, punches and"
            + " converts, on software-protected VMs of either kind of kernel. An answer is right if"
            + " it fits what the page may have been meanwhile; what is left is compared with the"
            + " engine's."
      },
      footer = {
        "",
        "Examples:",
        "  gmem differential --seed 1 --operations 20000",
        "  gmem differential --vcpus 3 --operations 20000"
      })
  int differential(
      @Option(
              names = "--seed",
              paramLabel = "SEED",
              defaultValue = "1",
              description = "Seed of the first sequence; default 1.")
          long seed,
      @Option(
              names = "--operations",
              paramLabel = "COUNT",
              defaultValue = "20000",
              description = "How many operations to compare; default 20000.")
          long operations,
      @Option(
              names = "--vm-type",
              paramLabel = "TYPE",
              defaultValue = "SW_PROTECTED",
              description = "SW_PROTECTED (default) or DEFAULT.")
          RealVmType type,
      @Option(
              names = "--vcpus",
              paramLabel = "COUNT",
              defaultValue = "0",
              description = "How many vCPUs run at once, 1 to 64; default: one, step by step.")
          int vcpus) {
    if (operations < 1) {
      throw new InputException("--operations must be at least 1, not " + operations);
    }
    if (vcpus < 0 || vcpus > CrowdRun.MOST_VCPUS) {
      throw new InputException("--vcpus must be 1 to " + CrowdRun.MOST_VCPUS + ", not " + vcpus);
    }
    if (vcpus > 0 && type == RealVmType.DEFAULT) {
      throw new InputException("--vcpus needs VMs that convert, not --vm-type DEFAULT");
    }
    if (vcpus > 0) {
      return new CrowdCommand(out, err).run(vcpus, seed, operations);
    }
    return new DifferentialCommand(out, err).run(type.type(), seed, operations);
  }
}
