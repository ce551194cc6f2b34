package io.github.gmem4j.core.memory;

import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.Withheld;
import io.github.gmem4j.api.road.RoadEvent;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeping shared pages from the guest, or from everyone until their last reference is gone.
 *
 * <p>The second is the third state that the designs of 2024 and 2025 had and the later ones gave
 * up: it needs a callback from wherever the last reference is dropped.
 */
final class Withholding {
  private Withholding() {}

  /**
   * Withholds the shared pages of a range, unless the file is gone. Takes and releases the lock.
   */
  static void withhold(MemoryView via, long first, long end, Withheld from, Pending mark) {
    Inode inode = via.inode();
    List<Long> unreferenced = new ArrayList<>();
    long stamp = inode.lockExclusive();
    try {
      if (via.isReleased()) {
        return;
      }
      Invalidation.begin(inode, first, end, Zap.SHARED);
      try {
        for (long index = first; index < end; index++) {
          if (!inode.state().isPrivate(index)) {
            inode.withheld().add(index, from, mark);
            if (from == Withheld.FROM_EVERYONE && letGoByHost(inode, index)) {
              unreferenced.add(index);
            }
          }
        }
      } finally {
        Invalidation.end(inode, first, end);
      }
      unreferenced.forEach(index -> Conversion.makePrivate(inode, index, index + 1));
    } finally {
      inode.unlockExclusive(stamp);
    }
    tell(inode, unreferenced);
  }

  /** The callback of the last reference: a page withheld from everyone becomes private. */
  static void afterDrop(Inode inode, long index) {
    long stamp = inode.lockExclusive();
    boolean flips;
    try {
      flips = inode.withheld().isFromEveryone(index) && letGoByHost(inode, index);
      if (flips) {
        Conversion.makePrivate(inode, index, index + 1);
      }
    } finally {
      inode.unlockExclusive(stamp);
    }
    if (flips) {
      tell(inode, List.of(index));
    }
  }

  /**
   * Pages withheld from everyone that are about to go become private: references of the old pages
   * say nothing about those that come after them. Under the lock, exclusive.
   */
  static void settleBeforePunch(Inode inode, long first, long end) {
    for (long index : inode.withheld().fromEveryone(first, end)) {
      Conversion.makePrivate(inode, index, index + 1);
    }
  }

  /** Empties the host's page tables over a page; tells whether nobody holds a reference. */
  private static boolean letGoByHost(Inode inode, long index) {
    PhysicalPage page = inode.cache().get(index);
    if (page == null) {
      return true;
    }
    page.unmapFromHost();
    return page.references().length == 0;
  }

  private static void tell(Inode inode, List<Long> flipped) {
    if (inode.kernel().isHeard()) {
      flipped.forEach(
          index -> inode.kernel().emit(new RoadEvent.LastReferenceDropped(new PageIndex(index))));
    }
  }
}
