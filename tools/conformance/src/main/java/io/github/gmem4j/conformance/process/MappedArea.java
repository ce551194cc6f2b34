package io.github.gmem4j.conformance.process;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.KernelResult;
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

/** An area that is modelled: one host mapping with its holes and its locked pages. */
public final class MappedArea implements Area {
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

  @Override
  public HostAccess load(ByteOffset at, byte[] into) {
    return isMapped(at) ? source.load(at, into) : nothingAt(at);
  }

  @Override
  public HostAccess store(ByteOffset at, byte[] from) {
    return isMapped(at) ? source.store(at, from) : nothingAt(at);
  }

  @Override
  public Optional<Errno> unmap(PageRange pages) {
    forEachMappedRun(pages, source::unmap);
    holes.set(from(pages), to(pages));
    locked.clear(from(pages), to(pages));
    return Optional.empty();
  }

  @Override
  public Optional<Errno> remap(PageRange pages) {
    unmap(pages);
    holes.clear(from(pages), to(pages));
    return Optional.empty();
  }

  @Override
  public Optional<Errno> drop(PageRange pages) {
    return forEachUnlockedRun(
        pages,
        run -> {
          source.drop(run);
          return Optional.empty();
        });
  }

  @Override
  public Optional<Errno> punch(PageRange pages) {
    return forEachUnlockedRun(pages, source::punch);
  }

  @Override
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

  @Override
  public Optional<Errno> lock(PageRange pages) {
    int end = firstHole(pages);
    locked.set(from(pages), end);
    if (end < pages.endExclusive()) {
      return Optional.of(Errno.ENOMEM);
    }
    return populate(pages, source.lockingTouch()).map(failure -> Errno.ENOMEM);
  }

  @Override
  public Optional<Errno> unlock(PageRange pages) {
    int end = firstHole(pages);
    locked.clear(from(pages), end);
    return end < pages.endExclusive() ? Optional.of(Errno.ENOMEM) : Optional.empty();
  }

  @Override
  public KernelResult<HeldPages> splice(PageRange pages, String holder) {
    List<HeldPage> held = hold(pages, ReferenceKind.SHORT_TERM, holder);
    return held.isEmpty() ? untouchable(pages) : KernelResult.ok(new ModelledPages(held));
  }

  @Override
  public KernelResult<HeldPages> register(PageRange pages, String holder) {
    List<HeldPage> held = hold(pages, ReferenceKind.LONG_TERM, holder);
    if (held.size() < pages.count().value()) {
      held.forEach(HeldPage::release);
      return untouchable(pages);
    }
    return KernelResult.ok(new ModelledPages(held));
  }

  private static KernelResult<HeldPages> untouchable(PageRange pages) {
    return KernelResult.failed(Errno.EFAULT, "not all can be touched: " + pages);
  }

  /** Refers to pages in order, up to the first that cannot be touched. */
  private List<HeldPage> hold(PageRange pages, ReferenceKind kind, String holder) {
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

  @Override
  public boolean isMapped(PageIndex page) {
    return isMapped(page.value());
  }

  /** Returns this area in a process that is forked now; locks are not inherited. */
  public MappedArea fork() {
    return new MappedArea(length, source.fork(), (BitSet) holes.clone());
  }

  @Override
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
