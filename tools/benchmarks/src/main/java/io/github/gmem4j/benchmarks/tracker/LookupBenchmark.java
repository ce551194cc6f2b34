package io.github.gmem4j.benchmarks.tracker;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Is a random page private? The {@code Dep} variants choose the page by the last answer. */
@OperationsPerInvocation(RandomPages.PORTION)
public class LookupBenchmark {
  /** A guest with few shared ranges. */
  @State(Scope.Thread)
  public static class Few extends MapState {
    private RandomPages random = new RandomPages(1);

    /** Fills the map. */
    @Setup
    public void fill() {
      Guests.few(renew(), pages());
      random = new RandomPages(pages());
    }
  }

  /** A guest in which every other page is private. */
  @State(Scope.Thread)
  public static class Frag extends MapState {
    private RandomPages random = new RandomPages(1);

    /** Fills the map. */
    @Setup
    public void fill() {
      Guests.alternating(renew(), pages());
      random = new RandomPages(pages());
    }
  }

  /** Pages known beforehand. */
  @Benchmark
  public int lookupFew(Few state) {
    return independent(state.map(), state.random);
  }

  /** Pages that depend on answers. */
  @Benchmark
  public int lookupFewDep(Few state) {
    return dependent(state.map(), state.random, state.pages());
  }

  /** Pages known beforehand. */
  @Benchmark
  public int lookupFrag(Frag state) {
    return independent(state.map(), state.random);
  }

  /** Pages that depend on answers. */
  @Benchmark
  public int lookupFragDep(Frag state) {
    return dependent(state.map(), state.random, state.pages());
  }

  private static int independent(PageMap map, RandomPages random) {
    int[] pages = random.pages();
    int start = random.portion();
    int sum = 0;
    for (int i = start; i < start + RandomPages.PORTION; i++) {
      sum += map.isPrivate(pages[i]) ? 1 : 0;
    }
    return sum;
  }

  private static int dependent(PageMap map, RandomPages random, int bound) {
    int[] pages = random.pages();
    int start = random.portion();
    int sum = 0;
    for (int i = start; i < start + RandomPages.PORTION; i++) {
      // The bound is a power of two; the sum moves the page and so must be known first.
      sum += map.isPrivate((pages[i] + sum) & (bound - 1)) ? 1 : 0;
    }
    return sum;
  }
}
