package io.github.gmem4j.benchmarks.tracker;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Is a random aligned block all private, all shared or mixed? */
public class UniformityBenchmark {
  /** Few questions an invocation, as some peers need milliseconds for one. */
  private static final int PORTION = 256;

  /** A guest with few shared ranges. */
  @State(Scope.Thread)
  public static class Few extends MapState {
    private Questions questions = new Questions(1);

    /** Fills the map. */
    @Setup
    public void fill() {
      Guests.few(renew(), pages());
      questions = new Questions(pages());
    }
  }

  /** A private guest. */
  @State(Scope.Thread)
  public static class AllPrivate extends MapState {
    private Questions questions = new Questions(1);

    /** Fills the map. */
    @Setup
    public void fill() {
      Guests.allPrivate(renew(), pages());
      questions = new Questions(pages());
    }
  }

  /** Random pages, going round. */
  private static final class Questions {
    private static final int COUNT = 1 << 16;

    private final int[] pages;
    private int next;

    Questions(int bound) {
      pages = new SplitMix64(8).below(bound, COUNT);
    }

    int ask(PageMap map, int blockPages) {
      int start = next;
      next = (next + PORTION) & (COUNT - 1);
      int sum = 0;
      for (int i = start; i < start + PORTION; i++) {
        sum += map.uniformity(pages[i], blockPages);
      }
      return sum;
    }
  }

  /** Blocks of 2 MiB. */
  @Benchmark
  @OperationsPerInvocation(PORTION)
  public int uniform2mFew(Few state) {
    return state.questions.ask(state.map(), PageMap.BLOCK_PAGES);
  }

  /** Blocks of 1 GiB. */
  @Benchmark
  @OperationsPerInvocation(PORTION)
  public int uniform1gFew(Few state) {
    return state.questions.ask(state.map(), PageMap.GIGABYTE_PAGES);
  }

  /** Blocks of 2 MiB. */
  @Benchmark
  @OperationsPerInvocation(PORTION)
  public int uniform2mAllpriv(AllPrivate state) {
    return state.questions.ask(state.map(), PageMap.BLOCK_PAGES);
  }

  /** Blocks of 1 GiB. */
  @Benchmark
  @OperationsPerInvocation(PORTION)
  public int uniform1gAllpriv(AllPrivate state) {
    return state.questions.ask(state.map(), PageMap.GIGABYTE_PAGES);
  }
}
