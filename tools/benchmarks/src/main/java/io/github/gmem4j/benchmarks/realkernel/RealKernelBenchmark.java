package io.github.gmem4j.benchmarks.realkernel;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.backend.kvm.Kvm;
import io.github.gmem4j.backend.kvm.KvmAccess;
import io.github.gmem4j.benchmarks.results.Machine;
import io.github.gmem4j.benchmarks.results.Results;
import io.github.gmem4j.benchmarks.results.Results.Measurement;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Measures the binding beside the C program, by turns, and keeps the figures. */
public final class RealKernelBenchmark {
  private static final ByteCount SIZE = ByteCount.mib(2);
  private static final int PAIRS = 40;

  /** So many rounds of each part, and every call is compiled for good. */
  private static final int WARM_UP = 12_000;

  /** The compiler counts calls, not pages. */
  private static final ByteCount SMALL = ByteCount.kib(16);

  private RealKernelBenchmark() {}

  /**
   * Measures. Without a usable {@code /dev/kvm} one line says why and the exit code is 1.
   *
   * @param args the C program and the folder for results
   */
  public static void main(String[] args) throws IOException {
    switch (Kvm.open()) {
      case KvmAccess.Refused refused -> {
        System.err.println("real-kernel: " + refused.reason());
        System.exit(1);
      }
      case KvmAccess.Granted(Kvm kvm) -> {
        Path program = Path.of(args[0]);
        try (kvm;
            VirtualMachine vm =
                kvm.createVm(SoftwareProtectedPolicy.forOrdinaryVms(), RoadListener.NONE)
                    .orThrow();
            CProgram bare = CProgram.start(program, SIZE.value(), 0)) {
          warmUp(vm);
          long mappings = ownMappings();
          try (CProgram crowded = CProgram.start(program, SIZE.value(), mappings)) {
            keep(measure(bare, vm), measure(crowded, vm), mappings, Path.of(args[1]));
          }
        }
      }
    }
  }

  private static void warmUp(VirtualMachine vm) {
    Contender small = new JavaBinding(vm, SMALL);
    for (Part part : Part.values()) {
      for (int played = 0; played < WARM_UP; played += part.rounds()) {
        small.play(part, part.rounds());
      }
    }
  }

  /** Counts the mappings of this process. */
  private static long ownMappings() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines.count();
    }
  }

  private static Map<Part, Duel> measure(Contender c, VirtualMachine vm) {
    Contender java = new JavaBinding(vm, SIZE);
    Map<Part, Duel> duels = new EnumMap<>(Part.class);
    for (Part part : Part.values()) {
      Duel.fight(c, java, part, 2);
      duels.put(part, Duel.fight(c, java, part, PAIRS));
    }
    return duels;
  }

  private static void keep(
      Map<Part, Duel> bare, Map<Part, Duel> crowded, long mappings, Path folder)
      throws IOException {
    DuelReport.table(bare).forEach(System.out::println);
    System.out.println("Beside a C program with as many mappings as this JVM, " + mappings + ":");
    DuelReport.table(crowded).forEach(System.out::println);
    List<Measurement> figures = new ArrayList<>(DuelReport.measurements(bare, "2MiB"));
    figures.addAll(DuelReport.measurements(crowded, "2MiB, %d mappings".formatted(mappings)));
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    String name = "real-kernel-" + now.toString().replace(":", "") + ".json";
    new Results(Machine.current(), now.toString(), false, figures).write(folder.resolve(name));
    System.out.println("Written to " + name);
  }
}
