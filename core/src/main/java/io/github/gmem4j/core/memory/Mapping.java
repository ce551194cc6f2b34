package io.github.gmem4j.core.memory;

import io.github.gmem4j.api.memory.Accessor;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Signal;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** One host process's mmap of a memory. Bytes move under the memory's lock, held shared. */
final class Mapping implements HostMapping {
  private final MemoryView view;
  private final Inode inode;
  private final long pages;
  private final PageTable table = new PageTable(PageTable.Owner.HOST);
  private final AtomicLong faults = new AtomicLong();
  // Written under the memory's lock held exclusively, so that no touch is under way.
  private volatile boolean closed;

  Mapping(MemoryView view, long pages) {
    this.view = view;
    this.inode = view.inode();
    this.pages = pages;
  }

  @Override
  public ByteCount length() {
    return new ByteCount(pages << Page.SHIFT);
  }

  @Override
  public HostAccess load(ByteOffset at, byte[] into) {
    for (int done = 0; done < into.length; ) {
      long address = at.value() + done;
      int inPage = (int) (address & Page.OFFSET_MASK);
      int length = Math.min(into.length - done, Page.BYTES - inPage);
      long stamp = inode.lockShared();
      try {
        PhysicalPage page = touch(address >>> Page.SHIFT);
        if (page == null) {
          return faultAt(address >>> Page.SHIFT);
        }
        page.load(inPage, into, done, length);
      } finally {
        inode.unlockShared(stamp);
      }
      done += length;
    }
    return HostAccess.DONE;
  }

  @Override
  public HostAccess store(ByteOffset at, byte[] from) {
    for (int done = 0; done < from.length; ) {
      long address = at.value() + done;
      int inPage = (int) (address & Page.OFFSET_MASK);
      int length = Math.min(from.length - done, Page.BYTES - inPage);
      long stamp = inode.lockShared();
      try {
        PhysicalPage page = touch(address >>> Page.SHIFT);
        if (page == null) {
          return faultAt(address >>> Page.SHIFT);
        }
        page.store(inPage, from, done, length);
      } finally {
        inode.unlockShared(stamp);
      }
      done += length;
    }
    return HostAccess.DONE;
  }

  @Override
  public KernelResult<Pin> pin(
      PageIndex page, ReferenceKind kind, Accessor accessor, String holder) {
    long stamp = inode.lockShared();
    try {
      PhysicalPage physical = touch(page.value());
      if (physical == null) {
        return KernelResult.failed(Errno.EFAULT, faultAt(page.value()).reason());
      }
      PageReference reference =
          new PageReference(
              inode, physical, page, kind, accessor, holder, inode.kernel().clock().instant());
      physical.addReference(reference);
      return KernelResult.ok(reference);
    } finally {
      inode.unlockShared(stamp);
    }
  }

  /** Faults a page in if need be; null if it cannot be touched. Under the lock, shared. */
  private @Nullable PhysicalPage touch(long index) {
    if (index >= pages
        || closed
        || index >= inode.pages()
        || inode.state().isPrivate(index)
        || inode.withheld().isFromEveryone(index)) {
      return null;
    }
    PhysicalPage page = inode.pageAt(index);
    if (page != null && page.isPoisoned()) {
      return null;
    }
    if (page != null && !page.isMappedIn(table)) {
      page.populate();
      page.mapIn(table);
      faults.incrementAndGet();
    }
    return page;
  }

  /** Says why a page cannot be touched. */
  private HostAccess.Fault faultAt(long index) {
    if (index >= pages || closed) {
      return new HostAccess.Fault(Signal.SIGSEGV, "page " + index + " is not mapped");
    }
    if (index >= inode.pages()) {
      return new HostAccess.Fault(Signal.SIGBUS, "page " + index + " lies past the memory's end");
    }
    if (inode.state().isPrivate(index)) {
      // Only a flip beneath the kernel leaves a mapping: then the hypervisor's tables refuse.
      return isMapped(new PageIndex(index))
          ? new HostAccess.Fault(
              Signal.SIGSEGV, "page " + index + " is private beneath its mapping")
          : new HostAccess.Fault(Signal.SIGBUS, "page " + index + " is private");
    }
    if (inode.withheld().isFromEveryone(index)) {
      return new HostAccess.Fault(Signal.SIGBUS, "page " + index + " is withheld");
    }
    PhysicalPage page = inode.cache().get(index);
    return page != null && page.isPoisoned()
        ? new HostAccess.Fault(Signal.SIGBUS, "page " + index + " is poisoned")
        : new HostAccess.Fault(Signal.SIGBUS, "no memory for page " + index);
  }

  @Override
  public void drop(PageRange range) {
    long end = Math.min(range.endExclusive(), pages);
    long stamp = inode.lockShared();
    try {
      drop(range.first().value(), end);
    } finally {
      inode.unlockShared(stamp);
    }
  }

  private void drop(long first, long end) {
    PageCache cache = inode.cache();
    for (long i = cache.nextPresent(first, end); i >= 0; i = cache.nextPresent(i + 1, end)) {
      PhysicalPage page = cache.get(i);
      if (page != null) {
        page.unmapFrom(table);
      }
    }
  }

  @Override
  public boolean isMapped(PageIndex page) {
    PhysicalPage present = page.value() < inode.pages() ? inode.cache().get(page.value()) : null;
    return present != null && present.isMappedIn(table);
  }

  @Override
  public long faults() {
    return faults.get();
  }

  @Override
  public HostMapping duplicate() {
    long stamp = inode.lockExclusive();
    try {
      if (!closed) {
        return view.newMapping(pages);
      }
      Mapping nothing = new Mapping(view, pages);
      nothing.closed = true;
      return nothing;
    } finally {
      inode.unlockExclusive(stamp);
    }
  }

  @Override
  public void close() {
    long stamp = inode.lockExclusive();
    try {
      if (!closed) {
        closed = true;
        drop(0, pages);
        view.mappingClosed();
      }
    } finally {
      inode.unlockExclusive(stamp);
    }
  }
}
