package io.github.gmem4j.conformance.process;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Signal;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The addresses that one host mapping was given, with its holes and its locked pages.
 *
 * <p>Calls on pages answer as the system calls do; an empty answer is success.
 */
public final class MappedArea {
  private final int length;
  private final PageSource source;
  private final BitSet holes;
  private final BitSet locked = new BitSet();
  private boolean closed;

  /**
   * Creates an area that is mapped all over.
   *
   * @param length its size in bytes, whole pages
   * @param source what lies behind it
   */
  public MappedArea(ByteCount length, PageSource source) {
    // Holes and locks are only ever made within the first 8 TiB.
    this((int) Math.min(length.wholePages().value(), Integer.MAX_VALUE), source, new BitSet());
  }

  private MappedArea(int length, PageSource source, BitSet holes) {
    this.length = length;
    this.source = source;
    this.holes = holes;
  }

  /** Loads bytes that lie on one page. */
  public HostAccess load(ByteOffset at, byte[] into) {
    return isMapped(at) ? source.load(at, into) : nothingAt(at);
  }

  /** Stores bytes that lie on one page. */
  public HostAccess store(ByteOffset at, byte[] from) {
    return isMapped(at) ? source.store(at, from) : nothingAt(at);
  }

  /** {@code munmap}. */
  public void unmap(PageRange pages) {
    forEachMappedRun(pages, source::unmap);
    holes.set(from(pages), to(pages));
    locked.clear(from(pages), to(pages));
  }

  /** {@code mmap} with {@code MAP_FIXED}: whatever was mapped there before is gone. */
  public void remap(PageRange pages) {
    unmap(pages);
    holes.clear(from(pages), to(pages));
  }

  /** {@code MADV_DONTNEED}: works up to the first locked page; goes on after a hole. */
  public Optional<Errno> drop(PageRange pages) {
    return forEachUnlockedRun(
        pages,
        run -> {
          source.drop(run);
          return Optional.empty();
        });
  }

  /** {@code MADV_REMOVE}: works up to the first locked page; goes on after a hole. */
  public Optional<Errno> punch(PageRange pages) {
    return forEachUnlockedRun(pages, source::punch);
  }

  /** {@code MADV_POPULATE_READ} and {@code WRITE}: EFAULT where a touch fails, ENOMEM at a hole. */
  public Optional<Errno> populate(PageRange pages, Touch how) {
    for (long page = pages.first().value(); page < pages.endExclusive(); page++) {
      if (!isMapped(page)) {
        return Optional.of(Errno.ENOMEM);
      }
      if (!source.touch(new PageIndex(page), how)) {
        return Optional.of(Errno.EFAULT);
      }
    }
    return Optional.empty();
  }

  /** {@code mlock}: marks up to the first hole, then populates; every failure is ENOMEM. */
  public Optional<Errno> lock(PageRange pages) {
    int end = firstHole(pages);
    locked.set(from(pages), end);
    if (end < pages.endExclusive()) {
      return Optional.of(Errno.ENOMEM);
    }
    return populate(pages, source.lockingTouch()).map(failure -> Errno.ENOMEM);
  }

  /** {@code munlock}: works up to the first hole. */
  public Optional<Errno> unlock(PageRange pages) {
    int end = firstHole(pages);
    locked.clear(from(pages), end);
    return end < pages.endExclusive() ? Optional.of(Errno.ENOMEM) : Optional.empty();
  }

  /** Refers to pages in order, up to the first that cannot be touched. */
  public List<HeldPage> hold(PageRange pages, ReferenceKind kind, String holder) {
    List<HeldPage> held = new ArrayList<>();
    for (long page = pages.first().value(); page < pages.endExclusive(); page++) {
      Optional<HeldPage> next =
          isMapped(page) ? source.hold(new PageIndex(page), kind, holder) : Optional.empty();
      if (next.isEmpty()) {
        break;
      }
      held.add(next.get());
    }
    return held;
  }

  /** Tells whether there is a mapping at a page, whatever lies behind it. */
  public boolean isMapped(PageIndex page) {
    return isMapped(page.value());
  }

  /** Returns this area in a process that is forked now; locks are not inherited. */
  public MappedArea fork() {
    return new MappedArea(length, source.fork(), (BitSet) holes.clone());
  }

  /** Unmaps everything for good. */
  public void close() {
    closed = true;
    source.close();
  }

  private boolean isMapped(ByteOffset at) {
    return isMapped(at.value() >>> Page.SHIFT);
  }

  private boolean isMapped(long page) {
    return !closed && page < length && !holes.get((int) page);
  }

  private static HostAccess nothingAt(ByteOffset at) {
    return new HostAccess.Fault(Signal.SIGSEGV, "nothing is mapped at offset " + at);
  }

  private int from(PageRange pages) {
    return (int) Math.min(pages.first().value(), length);
  }

  private int to(PageRange pages) {
    return (int) Math.min(pages.endExclusive(), length);
  }

  private int firstHole(PageRange pages) {
    return nextHole(from(pages), to(pages));
  }

  private int nextHole(int from, int end) {
    int hole = holes.nextSetBit(from);
    return hole < 0 ? end : Math.min(hole, end);
  }

  private void forEachMappedRun(PageRange pages, Consumer<PageRange> work) {
    int end = to(pages);
    int page = holes.nextClearBit(from(pages));
    while (page < end) {
      int stop = nextHole(page, end);
      work.accept(PageRange.of(page, stop - page));
      page = holes.nextClearBit(stop);
    }
  }

  // Linux, mm/madvise.c: the walk visits what is mapped, stops at the first refusal, and answers
  // ENOMEM in the end if there was a hole.
  private Optional<Errno> forEachUnlockedRun(
      PageRange pages, Function<PageRange, Optional<Errno>> work) {
    long covered = 0;
    int end = to(pages);
    int page = holes.nextClearBit(from(pages));
    while (page < end) {
      if (locked.get(page)) {
        return Optional.of(Errno.EINVAL);
      }
      int nextLocked = locked.nextSetBit(page);
      int nextHole = nextHole(page, end);
      int stop = nextLocked < 0 ? nextHole : Math.min(nextHole, nextLocked);
      Optional<Errno> failure = work.apply(PageRange.of(page, stop - page));
      if (failure.isPresent()) {
        return failure;
      }
      covered += stop - page;
      page = holes.nextClearBit(stop);
    }
    return covered < pages.count().value() ? Optional.of(Errno.ENOMEM) : Optional.empty();
  }
}
