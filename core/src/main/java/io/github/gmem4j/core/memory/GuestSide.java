package io.github.gmem4j.core.memory;

import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.policy.HostAttempt;
import io.github.gmem4j.api.policy.HostReach;
import io.github.gmem4j.api.vm.VmType;
import java.util.List;
import java.util.Optional;

/**
 * What a memory needs of the VM behind one of its views: the begin/end protocol that keeps guest
 * faults away from a range while it changes hands, and the platform. Frames are bare numbers, as
 * this is the inside of the hot path.
 */
public interface GuestSide {
  /** Returns the VM's type. */
  VmType type();

  /**
   * Begins an invalidation: takes the MMU lock, marks the frames, and keeps the lock so that the
   * caller can empty page tables. Followed by {@link #zapped} on every path.
   */
  void beginInvalidation(long firstGfn, long endGfn);

  /** The platform loses its private mappings of the frames. Under the MMU lock. */
  void zapPrivate(long firstGfn, long endGfn);

  /** Releases the MMU lock; frames stay marked until {@link #endInvalidation}. */
  void zapped();

  /** Ends one invalidation: faults that began before it will look at the state again. */
  void endInvalidation();

  /** Tells whether the VM is gone: its platform is asked nothing but to give pages back. */
  boolean isTornDown();

  /** Tells whether a page that the guest shares still belongs to it. */
  boolean ownsWhatItShares();

  /**
   * Asks the platform, before the point of no return, whether a page may become shared. Takes the
   * MMU lock.
   */
  Optional<String> objectionToSharing(Folio page);

  /** Tells whether there is a platform to be told of pages at all. */
  boolean hasPlatform();

  /** Tells the platform that a page becomes shared. Takes the MMU lock. */
  void makeShared(Folio page);

  /** Tells the platform that the host may no longer touch a page. Takes the MMU lock. */
  void takenFromHost(Folio page);

  /** Asks the platform what the host reaches of a private page. Takes the MMU lock. */
  HostReach reachedByHost(Folio page, HostAttempt attempt);

  /** Tells the platform that a page goes back to the host. Takes the MMU lock. */
  void reclaim(Folio page);

  /**
   * Takes note that the VMM converts pages now: requests of guests that contradict no longer stand.
   * With no lock held.
   *
   * @param bindings where the guest finds pages of the view
   */
  void overtakeByVmm(List<Binding> bindings, long firstPage, long endPage, Shareability target);

  /** Tells who wants to know that a view was closed. With no lock held. */
  void memoryClosed(GuestMemory view);
}
