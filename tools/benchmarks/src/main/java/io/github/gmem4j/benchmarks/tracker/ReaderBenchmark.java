package io.github.gmem4j.benchmarks.tracker;

import io.github.gmem4j.core.tracker.ShareabilityTracker;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What it costs that lookups need no lock beside a writer: few shared ranges, random pages. */
@OperationsPerInvocation(RandomPages.PORTION)
public class ReaderBenchmark {
  /** A tracker, and perhaps a writer. */
  @State(Scope.Thread)
  public static class Guest {
    /** The guest's memory. */
    @Param({"64GiB", "1TiB"})
    public String size = "64GiB";

    /** Whether a thread converts random pages all the while. */
    @Param({"false", "true"})
    public boolean writer;

    private ShareabilityTracker tracker = new ShareabilityTracker(1, true);
    private PlainReads plain = new PlainReads(tracker);
    private RandomPages random = new RandomPages(1);
    private Thread thread = new Thread(() -> {});

    /** Fills the tracker. */
    @Setup
    public void start() {
      int pages = GuestSize.of(size).pages();
      TrackerPages map = new TrackerPages(pages);
      Guests.few(map, pages);
      tracker = map.tracker();
      plain = new PlainReads(tracker);
      random = new RandomPages(pages);
      thread = new Thread(() -> convert(map, pages), "writer");
      thread.setDaemon(true);
      if (writer) {
        thread.start();
      }
    }

    /** Stops the writer. */
    @TearDown
    public void stop() throws InterruptedException {
      thread.interrupt();
      thread.join();
    }

    /** Some hundred thousand conversions a second, which is more than guests can ask for. */
    private static void convert(PageMap map, int pages) {
      int[] there = new SplitMix64(9).below(pages, 4_096);
      boolean isPrivate = false;
      while (!Thread.currentThread().isInterrupted()) {
        for (int i = 0; i < there.length; i++) {
          map.set(there[i], 1, isPrivate);
          if (i % 16 == 15) {
            LockSupport.parkNanos(1);
          }
        }
        isPrivate = !isPrivate;
      }
    }
  }

  /** The tracker as it is. */
  @Benchmark
  public int readTracker(Guest guest) {
    int[] pages = guest.random.pages();
    int start = guest.random.portion();
    int sum = 0;
    for (int i = start; i < start + RandomPages.PORTION; i++) {
      sum += guest.tracker.isPrivate(pages[i]) ? 1 : 0;
    }
    return sum;
  }

  /** Plain reads of the same arrays. */
  @Benchmark
  public int readPlain(Guest guest) {
    int[] pages = guest.random.pages();
    int start = guest.random.portion();
    int sum = 0;
    for (int i = start; i < start + RandomPages.PORTION; i++) {
      sum += guest.plain.isPrivate(pages[i]) ? 1 : 0;
    }
    return sum;
  }
}
