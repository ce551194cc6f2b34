package io.github.gmem4j.benchmarks.engine;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/**
 * One 4 KiB page from private to shared and back, through {@link GuestMemory#convert}, without
 * participants, the memory bound to a VM.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RoundTripBenchmark {
  private static final int PAGES = 4096;
  private static final long SEED = 7;

  /** Size of the guest in GiB. */
  @Param({"64", "4096"})
  public long gibibytes;

  private final ConversionRequest[] toShared = new ConversionRequest[PAGES];
  private final ConversionRequest[] toPrivate = new ConversionRequest[PAGES];
  private int next;
  private GuestMemory memory;

  /** Creates the benchmark. */
  public RoundTripBenchmark() {
    memory = boundMemory(1);
  }

  /** Makes the guest and chooses its pages. */
  @Setup
  public void createGuest() {
    memory = boundMemory(gibibytes);
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < PAGES; i++) {
      long page = random.nextLong(memory.size().wholePages().value());
      ByteRange range = ByteRange.of(page << Page.SHIFT, Page.BYTES);
      toShared[i] = ConversionRequest.toShared(range);
      toPrivate[i] = ConversionRequest.toPrivate(range);
    }
  }

  private static GuestMemory boundMemory(long gibibytes) {
    VirtualMachine vm = Engine.inMemory().createVm(SoftwareProtectedPolicy.create());
    ByteCount size = ByteCount.gib(gibibytes);
    GuestMemory memory = vm.createGuestMemory(size, GuestMemory.MMAP).orThrow();
    vm.setMemory(SlotRequest.bind(1, new Gpa(0), size, memory, ByteOffset.ZERO)).orThrow();
    return memory;
  }

  /** Always the same page. */
  @Benchmark
  public void samePage(Blackhole hole) {
    hole.consume(convert(toShared[0]));
    hole.consume(convert(toPrivate[0]));
  }

  /** A page anywhere in the guest. */
  @Benchmark
  public void randomPage(Blackhole hole) {
    next = (next + 1) & (PAGES - 1);
    hole.consume(convert(toShared[next]));
    hole.consume(convert(toPrivate[next]));
  }

  private ConversionOutcome convert(ConversionRequest request) {
    ConversionOutcome outcome = memory.convert(request);
    if (!outcome.succeeded()) {
      throw new IllegalStateException("not converted: " + outcome);
    }
    return outcome;
  }
}
