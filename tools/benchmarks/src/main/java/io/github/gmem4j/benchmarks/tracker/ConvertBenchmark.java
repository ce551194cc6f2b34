package io.github.gmem4j.benchmarks.tracker;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Conversions there and back, per conversion. */
public class ConvertBenchmark {
  private static final int SPARSE = 4_096;
  private static final int DENSE = 65_536;
  private static final int COLLAPSED = 512;
  private static final int BLOCK = PageMap.BLOCK_PAGES;

  /** A private guest, with random pages and blocks of it. */
  @State(Scope.Thread)
  public static class Private extends MapState {
    private int[] random = {};
    private int[] blocks = {};

    /** Fills the map. */
    @Setup
    public void fill() {
      Guests.allPrivate(renew(), pages());
      random = new SplitMix64(4).below(pages(), SPARSE);
      blocks = new SplitMix64(5).below(pages() / BLOCK, SPARSE);
    }
  }

  /** The alternating guest, with random shared pages of it. */
  @State(Scope.Thread)
  public static class Alternating extends MapState {
    private int[] random = {};

    /** Fills the map. */
    @Setup
    public void fill() {
      Guests.alternating(renew(), pages());
      random = new SplitMix64(6).below(pages() / 2, DENSE);
    }
  }

  /** The alternating guest, with blocks that are made alternating again before each invocation. */
  @State(Scope.Thread)
  public static class Collapsing extends MapState {
    private int[] blocks = {};

    /** Fills the map. */
    @Setup
    public void fill() {
      Guests.alternating(renew(), pages());
      blocks = new SplitMix64(7).below(pages() / BLOCK, COLLAPSED);
    }

    /** Makes the blocks alternating again. */
    @Setup(Level.Invocation)
    public void alternate() {
      for (int block : blocks) {
        for (int i = 0; i < BLOCK; i += 2) {
          map().set((long) block * BLOCK + i, 1, false);
        }
      }
    }
  }

  /** Random pages of a private guest. */
  @Benchmark
  @OperationsPerInvocation(2 * SPARSE)
  public PageMap convert4kSparse(Private state) {
    return thereAndBack(state.map(), state.random, 1, false);
  }

  /** Random shared pages between private ones. */
  @Benchmark
  @OperationsPerInvocation(2 * DENSE)
  public PageMap convert4kDense(Alternating state) {
    return thereAndBack(state.map(), state.random, 2, true);
  }

  /** Random blocks of a private guest. */
  @Benchmark
  @OperationsPerInvocation(2 * SPARSE)
  public PageMap convert2m(Private state) {
    PageMap map = state.map();
    for (int block : state.blocks) {
      map.set((long) block * BLOCK, BLOCK, false);
    }
    for (int block : state.blocks) {
      map.set((long) block * BLOCK, BLOCK, true);
    }
    return map;
  }

  /** Alternating blocks that become private in one call. */
  @Benchmark
  @OperationsPerInvocation(COLLAPSED)
  public PageMap collapse2m(Collapsing state) {
    PageMap map = state.map();
    for (int block : state.blocks) {
      map.set((long) block * BLOCK, BLOCK, true);
    }
    return map;
  }

  private static PageMap thereAndBack(PageMap map, int[] numbers, int stride, boolean isPrivate) {
    for (int number : numbers) {
      map.set((long) number * stride, 1, isPrivate);
    }
    for (int number : numbers) {
      map.set((long) number * stride, 1, !isPrivate);
    }
    return map;
  }
}
