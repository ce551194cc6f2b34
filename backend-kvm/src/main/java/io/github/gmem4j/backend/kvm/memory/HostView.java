package io.github.gmem4j.backend.kvm.memory;

import io.github.gmem4j.api.memory.KernelException;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.backend.kvm.lifetime.Descriptor;
import io.github.gmem4j.backend.kvm.lifetime.Mapped;
import io.github.gmem4j.backend.kvm.syscall.Linux;
import io.github.gmem4j.backend.kvm.syscall.Returned;
import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * Everybody's mappings of a {@link TwinMemory}. Where a page is private they show a file of no
 * length in its place, so that a touch is a SIGBUS as it is on a guest_memfd. Each boundary between
 * shown and hidden pages is a mapping of its own to the kernel, which has a limit for them ({@code
 * vm.max_map_count}). Thread-safe.
 */
final class HostView implements AutoCloseable {
  private final Syscalls syscalls;
  private final SharedBacking shared;
  private final Descriptor nothing;
  private final Set<Mapped> mappings = new HashSet<>();

  private HostView(Syscalls syscalls, SharedBacking shared, Descriptor nothing) {
    this.syscalls = syscalls;
    this.shared = shared;
    this.nothing = nothing;
  }

  /**
   * Creates one without mappings.
   *
   * @throws KernelException if the kernel refuses
   */
  static HostView of(Syscalls syscalls, SharedBacking shared) {
    Returned created =
        syscalls
            .memfdCreate("gmem4j-private", Linux.MFD_CLOEXEC)
            .orThrow("cannot create what is shown in place of private pages");
    return new HostView(syscalls, shared, new Descriptor(syscalls, created.asInt()));
  }

  /**
   * Maps the shared copy.
   *
   * @param hidden the pages that nobody may see
   * @throws KernelException if the kernel refuses
   */
  synchronized Mapped map(long length, List<PageRange> hidden) {
    Mapped mapped = shared.map(length);
    for (PageRange pages : hidden) {
      Returned done = each(mapped, pages, this::hide);
      if (done.failed()) {
        mapped.close();
        done.orThrow("cannot hide " + pages);
      }
    }
    mappings.add(mapped);
    return mapped;
  }

  /** A mapping goes. */
  synchronized void forget(Mapped mapped) {
    mappings.remove(mapped);
  }

  /** Empties the page tables, up to the first failure; the next touch faults. */
  synchronized Returned drop(PageRange pages) {
    return eachMapping(
        pages,
        (at, part) -> syscalls.madvise(at, part.bytes().size().value(), Linux.MADV_DONTNEED));
  }

  /** Hides pages in every mapping, up to the first failure. */
  synchronized Returned hide(PageRange pages) {
    return eachMapping(pages, this::hide);
  }

  private Returned hide(long address, PageRange pages) {
    return nothing.call(fd ->
        syscalls.mapOver(
            address, pages.bytes().size().value(), Linux.PROT_READ_WRITE, Linux.MAP_SHARED, fd, 0));
  }

  /** Shows pages in every mapping, up to the first failure. */
  synchronized Returned show(PageRange pages) {
    return eachMapping(pages, shared::show);
  }

  private Returned eachMapping(PageRange pages, BiFunction<Long, PageRange, Returned> change) {
    for (Mapped mapped : mappings) {
      Returned done = each(mapped, pages, change);
      if (done.failed()) {
        return done;
      }
    }
    return Returned.of(0);
  }

  /** Does something to the pages that a mapping has, if it has any of them. */
  private static Returned each(
      Mapped mapped, PageRange pages, BiFunction<Long, PageRange, Returned> change) {
    long end = Math.min(pages.endExclusive(), mapped.length() >>> Page.SHIFT);
    long first = pages.first().value();
    return end <= first
        ? Returned.of(0)
        : change.apply(
            mapped.address() + (first << Page.SHIFT),
            new PageRange(new PageIndex(first), new PageCount(end - first)));
  }

  @Override
  public void close() {
    nothing.close();
  }
}
