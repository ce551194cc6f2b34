package io.github.gmem4j.benchmarks.tracker;

import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The parameters of all timed workloads, and the map under test. */
@State(Scope.Thread)
public class MapState {
  /** The guest's memory. */
  @Param({"64GiB", "1TiB"})
  public String size = "64GiB";

  /** The structure under test. */
  @Param public Implementation impl = Implementation.TRACKER;

  private PageMap map = new BitmapPages(1);

  final int pages() {
    return GuestSize.of(size).pages();
  }

  final PageMap map() {
    return map;
  }

  /** Starts again with a map of shared pages. */
  final PageMap renew() {
    map = impl.create(pages());
    return map;
  }
}
