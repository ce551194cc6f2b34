package io.github.gmem4j.core.memory;

import io.github.gmem4j.api.memory.Shareability;

/**
 * Which VM a page belongs to: the first with a platform whose guest touches it privately, until the
 * page is made shared, leaves its memory, or its VM is gone. No other VM maps it as private memory,
 * whatever its kind, and whoever is to decide about the page is found through it, wherever the
 * memory is bound. A platform whose guests own what they share keeps the page then, too.
 *
 * <p>Ownership changes under the memory's lock. A VM that had a page mapped before it became
 * another's loses the mapping in the same critical section, by the protocol that a guest fault in
 * flight looks at.
 */
final class Ownership {
  private Ownership() {}

  /**
   * Makes an existing page the VM's own if it must be that for such an access. Takes and releases
   * the lock.
   *
   * @return whether the VM may have the page
   */
  static boolean claim(MemoryView view, long index, PhysicalPage page, Shareability as) {
    GuestSide guest = view.guest();
    GuestSide owner = page.owner();
    boolean owns = as == Shareability.PRIVATE || guest.ownsWhatItShares();
    if (guest.equals(owner) || !owns || (owner == null && !guest.hasPlatform())) {
      return true;
    }
    Inode inode = view.inode();
    long stamp = inode.lockExclusive();
    try {
      // A page that was converted or punched out meanwhile is another fault's business.
      boolean current =
          inode.cache().get(index) == page && (inode.state().isPrivate(index) == isPrivate(as));
      return !current || take(inode, guest, index, page);
    } finally {
      inode.unlockExclusive(stamp);
    }
  }

  private static boolean isPrivate(Shareability as) {
    return as == Shareability.PRIVATE;
  }

  private static boolean take(Inode inode, GuestSide guest, long index, PhysicalPage page) {
    GuestSide owner = page.owner();
    if (owner != null && !owner.equals(guest)) {
      if (!owner.isTornDown()) {
        return false;
      }
      giveBack(inode, index, page);
    }
    if (guest.hasPlatform() && !page.isQuarantined()) {
      page.belongTo(guest);
      unmapForOthers(inode, guest, index);
    }
    return true;
  }

  /** What belongs to a VM that is gone goes back to the host before another VM has it. */
  private static void giveBack(Inode inode, long index, PhysicalPage page) {
    Invalidation.begin(inode, index, index + 1, Zap.PRIVATE);
    try {
      inode.reclaim(page);
      if (page.isQuarantined()) {
        inode.cache().remove(index);
      }
    } finally {
      Invalidation.end(inode, index, index + 1);
    }
  }

  private static void unmapForOthers(Inode inode, GuestSide guest, long index) {
    for (MemoryView view : inode.views()) {
      for (Binding binding : view.bindings()) {
        if (!view.guest().equals(guest) && binding.overlaps(index, index + 1)) {
          Invalidation.begin(view, binding, index, index + 1, Zap.PRIVATE);
          view.guest().endInvalidation();
        }
      }
    }
  }

  /** A VM's platform made a page shared. Under the lock, exclusive. */
  static void shared(GuestSide guest, PhysicalPage page) {
    boolean keepsIt = guest.ownsWhatItShares() && !guest.isTornDown();
    if (guest.equals(page.owner()) && !keepsIt) {
      page.belongTo(null);
    }
  }
}
