package io.github.gmem4j.benchmarks.realkernel;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.backend.kvm.Kvm;
import io.github.gmem4j.backend.kvm.KvmAccess;
import io.github.gmem4j.benchmarks.results.Machine;
import io.github.gmem4j.benchmarks.results.Results;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.Map;

/** Measures the binding beside the C program, by turns, and keeps the figures. */
public final class RealKernelBenchmark {
  private static final ByteCount SIZE = ByteCount.mib(2);
  private static final int REPETITIONS = 9;
  private static final int TURNS = 4;

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
        try (kvm;
            VirtualMachine vm =
                kvm.createVm(SoftwareProtectedPolicy.forOrdinaryVms(), RoadListener.NONE)
                    .orThrow();
            CProgram c = CProgram.start(Path.of(args[0]), SIZE.value())) {
          keep(measure(c, vm), Path.of(args[1]));
        }
      }
    }
  }

  private static Map<Part, Duel> measure(Contender c, VirtualMachine vm) {
    Contender small = new JavaBinding(vm, SMALL);
    Contender java = new JavaBinding(vm, SIZE);
    Map<Part, Duel> duels = new EnumMap<>(Part.class);
    for (Part part : Part.values()) {
      for (int played = 0; played < WARM_UP; played += part.rounds()) {
        small.play(part, part.rounds());
      }
    }
    for (Part part : Part.values()) {
      Duel.fight(c, java, part, 1, 2);
      duels.put(part, Duel.fight(c, java, part, REPETITIONS, TURNS));
    }
    return duels;
  }

  private static void keep(Map<Part, Duel> duels, Path folder) throws IOException {
    DuelReport.table(duels).forEach(System.out::println);
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    String name = "real-kernel-" + now.toString().replace(":", "") + ".json";
    new Results(Machine.current(), now.toString(), false, DuelReport.measurements(duels, "2MiB"))
        .write(folder.resolve(name));
    System.out.println("Written to " + name);
  }
}
