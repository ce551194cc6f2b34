package io.github.gmem4j.benchmarks.tracker;

import io.github.gmem4j.benchmarks.results.Machine;
import io.github.gmem4j.benchmarks.results.Results;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs all workloads of the tracker and its peers, keeps the figures and prints the report. */
public final class TrackerBenchmarks {
  /** What the requirements are about. */
  private static final Set<Workload> QUICK =
      EnumSet.of(
          Workload.LOOKUP_FEW,
          Workload.LOOKUP_FRAG,
          Workload.CONVERT4K_SPARSE,
          Workload.CONVERT2M,
          Workload.UNIFORM2M_FEW,
          Workload.UNIFORM1G_FEW,
          Workload.UNIFORM2M_ALLPRIV,
          Workload.UNIFORM1G_ALLPRIV);

  /** Plain reads, beside the implementations. */
  static final String PLAIN = "PLAIN";

  private final boolean quick;
  private final List<Results.Measurement> measurements = new ArrayList<>();

  private TrackerBenchmarks(boolean quick) {
    this.quick = quick;
  }

  /**
   * Measures.
   *
   * @param args {@code --quick}, for only what the requirements need, or {@code --full}; then the
   *     folder for results
   */
  public static void main(String[] args) throws RunnerException, IOException {
    if (args.length != 2 || !List.of("--quick", "--full").contains(args[0])) {
      throw new IllegalArgumentException("usage: --quick|--full FOLDER");
    }
    boolean quick = args[0].equals("--quick");
    TrackerBenchmarks benchmarks = new TrackerBenchmarks(quick);
    benchmarks.memory();
    benchmarks.workloads();
    benchmarks.readers();
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    Results results =
        new Results(Machine.current(), now.toString(), quick, benchmarks.measurements);
    String name = "tracker-" + now.toString().replace(":", "") + (quick ? "-quick" : "") + ".json";
    results.write(Path.of(args[1]).resolve(name));
    Report.print(results);
    System.out.println("Written to " + name);
  }

  private void memory() {
    for (Memory.Fill fill : Memory.Fill.values()) {
      for (GuestSize size : GuestSize.values()) {
        for (Implementation implementation : Implementation.values()) {
          if ((!quick || implementation == Implementation.TRACKER)
              && (fill != Memory.Fill.MEM_FRAG || implementation.canAlternate(size))) {
            double bytes = Memory.retained(implementation, size, fill);
            add(fill.label(), size.label(), implementation.name(), bytes);
          }
        }
      }
    }
  }

  private void workloads() throws RunnerException {
    for (Workload workload : quick ? QUICK : EnumSet.allOf(Workload.class)) {
      for (GuestSize size : GuestSize.values()) {
        String[] implementations =
            Arrays.stream(Implementation.values())
                .filter(implementation -> workload.runsOn(implementation, size))
                .filter(implementation -> !quick || isRequired(workload, implementation))
                .map(Implementation::name)
                .toArray(String[]::new);
        ChainedOptionsBuilder options =
            options(workload.method()).param("size", size.label()).param("impl", implementations);
        for (RunResult result : new Runner(options.build()).run()) {
          String implementation = result.getParams().getParam("impl");
          add(
              workload.label(),
              size.label(),
              implementation,
              least(result, workload.usesCpuTime()));
        }
      }
    }
  }

  private static boolean isRequired(Workload workload, Implementation implementation) {
    return switch (workload) {
      case LOOKUP_FEW, CONVERT4K_SPARSE ->
          implementation.isTree()
              || implementation == Implementation.TRACKER
              || implementation == Implementation.BITMAP;
      case LOOKUP_FRAG, CONVERT2M ->
          implementation == Implementation.TRACKER || implementation == Implementation.BITMAP;
      default -> implementation == Implementation.TRACKER;
    };
  }

  private void readers() throws RunnerException {
    for (String method : List.of("readTracker", "readPlain")) {
      for (RunResult result : new Runner(options(method).build()).run()) {
        boolean writer = Boolean.parseBoolean(result.getParams().getParam("writer"));
        String implementation = method.equals("readPlain") ? PLAIN : Implementation.TRACKER.name();
        add(
            writer ? "read-writer" : "read",
            result.getParams().getParam("size"),
            implementation,
            least(result, true));
      }
    }
  }

  private ChainedOptionsBuilder options(String method) {
    return new OptionsBuilder()
        .include("\\." + method + "$")
        .mode(Mode.AverageTime)
        .timeUnit(TimeUnit.NANOSECONDS)
        .forks(1)
        .warmupIterations(3)
        .warmupTime(TimeValue.milliseconds(300))
        .measurementIterations(6)
        .measurementTime(TimeValue.milliseconds(100))
        .addProfiler(CpuTimeProfiler.class)
        .verbosity(VerboseMode.SILENT)
        .shouldFailOnError(true)
        // A young generation that is touched beforehand: page faults are not what is measured.
        // The first argument silences JMH's own use of Unsafe.
        .jvmArgs(
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:+UseSerialGC",
            "-Xms256m",
            "-Xmn128m",
            "-Xmx7g",
            "-XX:+AlwaysPreTouch");
  }

  private static double least(RunResult result, boolean cpuTime) {
    return result.getBenchmarkResults().stream()
        .flatMap(fork -> fork.getIterationResults().stream())
        .mapToDouble(iteration -> score(iteration, cpuTime))
        .min()
        .orElseThrow();
  }

  private static double score(IterationResult iteration, boolean cpuTime) {
    return cpuTime
        ? Objects.requireNonNull(iteration.getSecondaryResults().get(CpuTimeProfiler.RESULT))
            .getScore()
        : iteration.getPrimaryResult().getScore();
  }

  private void add(String workload, String size, String implementation, double value) {
    measurements.add(new Results.Measurement(workload, size, implementation, value));
    System.out.printf("%-20s %-6s %-10s %.4g%n", workload, size, implementation, value);
  }
}
