package io.github.gmem4j.policy.snp.guest;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.policy.snp.ghcb.PageSize;
import io.github.gmem4j.policy.snp.ghcb.PscEntry;
import io.github.gmem4j.policy.snp.ghcb.PscOperation;
import java.util.ArrayList;
import java.util.List;

/**
 * A part of a range, as many entries as go into one request, and where the rest is.
 *
 * @param target the state the pages are to have
 * @param entries the entries, 2 MiB where it fits
 * @param next the first frame behind them
 * @param end one past the range's last frame
 */
record PscChunk(Shareability target, List<PscEntry> entries, long next, long end) {
  PscChunk {
    entries = List.copyOf(entries);
  }

  /** Returns the first part of what is left of a range, which is not empty. */
  static PscChunk of(Shareability target, long from, long end, Habits habits) {
    List<PscEntry> entries = new ArrayList<>();
    long next = from;
    while (next < end && entries.size() < habits.entriesPerRequest()) {
      PageSize size = sizeAt(next, end, habits.largestEntry());
      entries.add(PscEntry.of(PscOperation.to(target), size, next));
      next += size.pages();
    }
    return new PscChunk(target, entries, next, end);
  }

  private static PageSize sizeAt(long gfn, long end, PageSize largest) {
    return largest.isAligned(gfn) && gfn + largest.pages() <= end ? largest : PageSize.KIB_4;
  }

  boolean isLast() {
    return next == end;
  }
}
