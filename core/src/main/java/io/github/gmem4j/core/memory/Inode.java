package io.github.gmem4j.core.memory;

import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.core.kernel.HostKernel;
import io.github.gmem4j.core.lock.LockLevel;
import io.github.gmem4j.core.tracker.ShareabilityTracker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;

/*
 * Ontology, the kernel's: the inode is the physical memory. It owns the pages, their bytes and
 * the state of every index, touched or not. A file (MemoryView) is one VM's window on it and owns
 * the bindings to that VM's slots. A mapping is one process's window on it.
 *
 * State: one ShareabilityTracker covers every index. It is written only under the lock held
 * exclusively and read without any lock; whoever acts on an answer either holds the lock shared
 * (host faults, pins, look-ups for the guest) or checks the invalidation sequence afterwards
 * (guest faults).
 *
 * Locking: the invalidation lock, exclusive for conversions, punched holes, bindings, poison;
 * shared for everything that makes a page reachable. So nobody gains access to a page while it
 * changes hands, and a reference taken before is seen by the check.
 *
 * Failure: everything that can fail happens before the first effect a guest can see (Conversion).
 */
/** The memory proper, shared by all views and mappings of it. */
final class Inode {
  private final HostKernel kernel;
  private final long pages;
  private final long flags;
  private final ShareabilityTracker state;
  private final PageCache cache;
  private final WithheldPages withheld = new WithheldPages();
  private final StampedLock invalidateLock = new StampedLock();
  private final List<MemoryView> views = new CopyOnWriteArrayList<>();

  Inode(HostKernel kernel, long pages, long flags) {
    this.kernel = kernel;
    this.pages = pages;
    this.flags = flags;
    this.state =
        new ShareabilityTracker(
            pages, kernel.generation().initialState(flags) == Shareability.PRIVATE);
    this.cache = new PageCache(pages);
  }

  HostKernel kernel() {
    return kernel;
  }

  long pages() {
    return pages;
  }

  long bytes() {
    return pages << Page.SHIFT;
  }

  boolean isMappable() {
    return (flags & GuestMemory.MMAP) != 0;
  }

  boolean isConvertible() {
    return kernel.generation().isConvertible(flags);
  }

  ShareabilityTracker state() {
    return state;
  }

  PageCache cache() {
    return cache;
  }

  WithheldPages withheld() {
    return withheld;
  }

  List<MemoryView> views() {
    return views;
  }

  /** Notes that a VM has a view. */
  void addView(MemoryView view) {
    views.add(view);
  }

  /**
   * Returns the VMs whose platforms decide about a page and learn what becomes of it, each once:
   * those that have a view, and the one that it belongs to, which may have none any more. Under the
   * lock.
   */
  List<GuestSide> guestsOf(PhysicalPage page) {
    List<GuestSide> guests = new ArrayList<>(1);
    for (MemoryView view : views) {
      addWithPlatform(guests, view.guest());
    }
    addWithPlatform(guests, page.owner());
    return guests;
  }

  private static void addWithPlatform(List<GuestSide> guests, @Nullable GuestSide guest) {
    if (guest != null && guest.hasPlatform() && !guests.contains(guest)) {
      guests.add(guest);
    }
  }

  /** A page goes back to the host and belongs to nobody. Under the lock, exclusive. */
  void reclaim(PhysicalPage page) {
    guestsOf(page).forEach(guest -> guest.reclaim(page));
    page.belongTo(null);
  }

  /** Tells all VMs that a VMM converts pages now. With no lock held. */
  void overtakeByVmm(long first, long end, Shareability target) {
    for (MemoryView view : views) {
      view.guest().overtakeByVmm(view.bindings(), first, end, target);
    }
  }

  long lockExclusive() {
    assert LockLevel.INVALIDATE.enter();
    return invalidateLock.writeLock();
  }

  void unlockExclusive(long stamp) {
    invalidateLock.unlockWrite(stamp);
    assert LockLevel.INVALIDATE.leave();
  }

  long lockShared() {
    assert LockLevel.INVALIDATE.enter();
    return invalidateLock.readLock();
  }

  void unlockShared(long stamp) {
    invalidateLock.unlockRead(stamp);
    assert LockLevel.INVALIDATE.leave();
  }

  /**
   * Returns the page at an index, allocating it if there is none; null if memory runs out. Under
   * the lock, shared or exclusive.
   */
  @Nullable PhysicalPage pageAt(long index) {
    PhysicalPage page = cache.get(index);
    if (page != null) {
      return page;
    }
    if (kernel.faults().injects(HostKernel.ALLOCATE_PAGE, index)) {
      return null;
    }
    return cache.putIfAbsent(index, new PhysicalPage(kernel.nextPfn()));
  }

  /** Removes the pages of a range that exist and gives them back. Under the lock, exclusive. */
  void dropPages(long first, long end) {
    for (long i = cache.nextPresent(first, end); i >= 0; i = cache.nextPresent(i + 1, end)) {
      PhysicalPage page = cache.get(i);
      if (page != null) {
        page.unmapFromHost();
        cache.remove(i);
        reclaim(page);
      }
    }
  }
}
