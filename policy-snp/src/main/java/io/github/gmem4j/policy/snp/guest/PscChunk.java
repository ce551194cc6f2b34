package io.github.gmem4j.policy.snp.guest;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.policy.snp.ghcb.PageSize;
import io.github.gmem4j.policy.snp.ghcb.PscEntry;
import io.github.gmem4j.policy.snp.ghcb.PscOperation;
import java.util.ArrayList;
import java.util.List;

/**
 * A part of a range, as many entries as go into one request, and where the rest is.
 *
 * @param target the state the pages are to have
 * @param whole the range
 * @param entries the entries, 2 MiB where it fits
 * @param next the first frame behind them
 */
record PscChunk(Shareability target, GfnRange whole, List<PscEntry> entries, long next) {
  PscChunk {
    entries = List.copyOf(entries);
  }

  /** Returns the first part of a range. */
  static PscChunk firstOf(Shareability target, GfnRange whole, Habits habits) {
    return from(target, whole, whole.first().value(), habits);
  }

  /** Returns the next part of the range, of which something is left. */
  PscChunk following(Habits habits) {
    return from(target, whole, next, habits);
  }

  private static PscChunk from(Shareability target, GfnRange whole, long from, Habits habits) {
    long end = whole.endExclusive();
    List<PscEntry> entries = new ArrayList<>();
    long next = from;
    while (next < end && entries.size() < habits.entriesPerRequest()) {
      PageSize size = sizeAt(next, end, habits.largestEntry());
      entries.add(PscEntry.of(PscOperation.to(target), size, next));
      next += size.pages();
    }
    return new PscChunk(target, whole, entries, next);
  }

  private static PageSize sizeAt(long gfn, long end, PageSize largest) {
    return largest.isAligned(gfn) && gfn + largest.pages() <= end ? largest : PageSize.KIB_4;
  }

  boolean isLast() {
    return next == whole.endExclusive();
  }
}
