package io.github.gmem4j.benchmarks.engine;

import io.github.gmem4j.benchmarks.results.Machine;
import io.github.gmem4j.benchmarks.results.Results;
import io.github.gmem4j.benchmarks.results.Results.Measurement;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs the engine's benchmarks with JMH's allocation profiler and keeps the figures. */
public final class EngineBenchmarks {
  private static final String ALLOCATED = "gc.alloc.rate.norm";

  private EngineBenchmarks() {}

  /**
   * Measures.
   *
   * @param args the folder for results
   */
  public static void main(String[] args) throws RunnerException, IOException {
    Collection<RunResult> runs =
        new Runner(
                new OptionsBuilder()
                    .include(EngineBenchmarks.class.getPackageName() + "\\.")
                    .addProfiler(GCProfiler.class)
                    .jvmArgsAppend("-XX:+UseSerialGC")
                    .forks(3)
                    .warmupIterations(3)
                    .warmupTime(TimeValue.milliseconds(500))
                    .measurementIterations(5)
                    .measurementTime(TimeValue.milliseconds(500))
                    .build())
            .run();
    List<Measurement> measurements = new ArrayList<>();
    for (RunResult run : runs) {
      String size = Objects.requireNonNullElse(run.getParams().getParam("gibibytes"), "4096");
      Result<?> time = run.getPrimaryResult();
      add(measurements, time.getLabel() + " " + time.getScoreUnit(), size, time.getScore());
      Result<?> allocated = run.getSecondaryResults().get(ALLOCATED);
      if (allocated != null) {
        add(measurements, time.getLabel() + " bytes allocated", size, allocated.getScore());
      }
    }
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    String name = "engine-" + now.toString().replace(":", "") + ".json";
    new Results(Machine.current(), now.toString(), false, measurements)
        .write(Path.of(args[0]).resolve(name));
    System.out.println("Written to " + name);
  }

  private static void add(List<Measurement> into, String what, String gibibytes, double value) {
    into.add(new Measurement(what, gibibytes + " GiB", "engine", value));
    System.out.printf("%-32s %5s GiB %10.1f%n", what, gibibytes, value);
  }
}
