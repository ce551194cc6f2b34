package io.github.gmem4j.core.memory;

/** A reference of the host kernel reaches a page that became private beneath it. */
final class ReachedByHost {
  private ReachedByHost() {}

  static void tell(Inode inode, long index, PhysicalPage physical) {
    long stamp = inode.lockShared();
    try {
      // A page that was punched out meanwhile is nobody's but its holder's.
      if (inode.state().isPrivate(index) && inode.cache().get(index) == physical) {
        inode.guestsOf(physical).forEach(guest -> guest.reachedByHost(physical));
      }
    } finally {
      inode.unlockShared(stamp);
    }
  }
}
