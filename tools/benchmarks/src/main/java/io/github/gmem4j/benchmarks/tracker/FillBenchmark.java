package io.github.gmem4j.benchmarks.tracker;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A guest boots; a guest becomes alternating. The map of shared pages is there beforehand. */
public class FillBenchmark {
  /** How much of the guest becomes alternating, so that a tree can be run more than once. */
  private static final int FRAGMENTED = 4 * PageMap.GIGABYTE_PAGES;

  /** A new guest. */
  @State(Scope.Thread)
  public static class New extends MapState {
    /** Makes the map. */
    @Setup(Level.Invocation)
    public void create() {
      renew();
    }
  }

  /** A guest that has accepted its memory. */
  @State(Scope.Thread)
  public static class Swept extends MapState {
    /** Makes the map. */
    @Setup(Level.Invocation)
    public void sweep() {
      Guests.sweep(renew(), pages());
    }
  }

  /** The whole trace, in one number. */
  @Benchmark
  public PageMap bootTotal(New state) {
    Guests.boot(state.map(), state.pages());
    return state.map();
  }

  /** The calls after memory was accepted, per call. */
  @Benchmark
  @OperationsPerInvocation(Guests.BOOT_CALLS_AFTER_SWEEP)
  public PageMap bootAfterSweep(Swept state) {
    Guests.afterSweep(state.map(), state.pages());
    return state.map();
  }

  /** Every second page of the first four gigabytes becomes private, per call. */
  @Benchmark
  @OperationsPerInvocation(FRAGMENTED / 2)
  public PageMap fragmentFill(New state) {
    PageMap map = state.map();
    for (int page = 1; page < FRAGMENTED; page += 2) {
      map.set(page, 1, true);
    }
    return map;
  }
}
