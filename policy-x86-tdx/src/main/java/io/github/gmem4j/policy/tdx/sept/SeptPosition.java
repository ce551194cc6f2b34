package io.github.gmem4j.policy.tdx.sept;

import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.policy.tdx.tdcall.PageSize;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Where a secure EPT entry is.
 *
 * @param level the size of the page that a leaf here maps
 * @param first the first frame it covers, a multiple of the level's pages
 */
record SeptPosition(PageSize level, Gfn first) {
  /** How many entries a table has. */
  static final int FANOUT = 512;

  /**
   * Checks the alignment.
   *
   * @throws IllegalArgumentException if the frame does not begin a page of this level
   */
  public SeptPosition {
    if (first.value() % level.pages() != 0) {
      throw new IllegalArgumentException(first + " does not begin a page of " + level);
    }
  }

  /** Returns the entry of a level that covers a frame. */
  public static SeptPosition covering(Gfn gfn, PageSize level) {
    return new SeptPosition(level, new Gfn(gfn.value() - gfn.value() % level.pages()));
  }

  /** Returns the frames this entry covers. */
  public GfnRange frames() {
    return GfnRange.of(first.value(), level.pages());
  }

  /**
   * Returns the entries of the table that hangs here.
   *
   * @throws IllegalStateException at the lowest level
   */
  public List<SeptPosition> children() {
    PageSize below =
        level.smaller().orElseThrow(() -> new IllegalStateException("no table hangs at " + this));
    return IntStream.range(0, FANOUT)
        .mapToObj(i -> new Gfn(first.value() + (long) i * below.pages()))
        .map(gfn -> new SeptPosition(below, gfn))
        .toList();
  }

  @Override
  public String toString() {
    return level + " at " + first;
  }
}
