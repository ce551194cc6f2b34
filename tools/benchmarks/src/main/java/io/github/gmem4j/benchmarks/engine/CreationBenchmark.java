package io.github.gmem4j.benchmarks.engine;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;

/** A new host, VM and guest memory of 4 TiB: its time, and with {@code -prof gc} its heap. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class CreationBenchmark {
  private static final ByteCount SIZE = ByteCount.tib(4);

  /** Creates the benchmark. */
  public CreationBenchmark() {}

  /** Creates a guest. */
  @Benchmark
  public GuestMemory fourTebibytes() {
    VirtualMachine vm = Engine.inMemory().createVm(SoftwareProtectedPolicy.create());
    return vm.createGuestMemory(SIZE, GuestMemory.MMAP).orThrow();
  }
}
