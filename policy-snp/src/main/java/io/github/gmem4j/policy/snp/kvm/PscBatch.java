package io.github.gmem4j.policy.snp.kvm;

import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.policy.snp.ghcb.PageSize;
import io.github.gmem4j.policy.snp.ghcb.PscBuffer;
import io.github.gmem4j.policy.snp.ghcb.PscEntry;

/**
 * Consecutive entries that leave {@code run()} as one exit: the same operation and size, each
 * beginning where the one before ends, none begun before.
 *
 * <p>An entry of 2 MiB that was begun before goes alone, with its rest. KVM means that too, but
 * compares its successor with the entry's own frame and so can join a 4 KiB entry from inside of
 * it; the exit then covers a page that no entry names. Source: Linux 7.3 {@code
 * arch/x86/kvm/svm/sev.c}.
 *
 * @param first index of the first entry
 * @param count how many entries
 * @param gfn the first frame that is left to do
 * @param pages how many frames
 * @param hint the size of the entries, also where the first frame does not fit it
 */
record PscBatch(int first, int count, Gfn gfn, long pages, PageSize hint) {
  /** Attribute bits 3:0 of the exit for 2 MiB. */
  private static final long HINT_2M = 1;

  /** Collects the entries from one on that has pages left, up to the last of the request. */
  static PscBatch from(PscBuffer buffer, int first, int end) {
    PscEntry start = buffer.entry(first);
    long pages = (long) start.size().pages() - start.currentPage();
    int next = first + 1;
    while (start.currentPage() == 0
        && next <= end
        && continues(buffer.entry(next), start, start.gfn().value() + pages)) {
      pages += start.size().pages();
      next++;
    }
    Gfn gfn = new Gfn(start.gfn().value() + start.currentPage());
    return new PscBatch(first, next - first, gfn, pages, start.size());
  }

  private static boolean continues(PscEntry entry, PscEntry start, long gfn) {
    return entry.operation().equals(start.operation())
        && entry.size() == start.size()
        && entry.currentPage() == 0
        && entry.gfn().value() == gfn;
  }

  Exit.MapGpaRange exit(Shareability target) {
    long hintBits = hint == PageSize.MIB_2 ? HINT_2M : 0;
    long privacy = target == Shareability.PRIVATE ? Exit.MapGpaRange.PRIVATE : 0;
    return new Exit.MapGpaRange(gfn.gpa(), new PageCount(pages), privacy | hintBits, 0);
  }
}
