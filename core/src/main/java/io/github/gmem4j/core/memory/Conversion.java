package io.github.gmem4j.core.memory;

import io.github.gmem4j.api.memory.Blocker;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.ConversionOutcome.AlreadyThere;
import io.github.gmem4j.api.memory.ConversionOutcome.Blocked;
import io.github.gmem4j.api.memory.ConversionOutcome.Converted;
import io.github.gmem4j.api.memory.ConversionOutcome.OutOfMemory;
import io.github.gmem4j.api.memory.ConversionOutcome.Rejected;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.core.kernel.HostKernel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The conversion of a memory's pages, in the kernel's final order: validate, nothing to do?,
 * reserve, empty the host's page tables, check references, <em>point of no return</em>, zap the
 * guest, make shared, store, let waiters go.
 */
final class Conversion {
  /** For a conversion that nothing overtakes. */
  static final BooleanSupplier ANYWAY = () -> true;

  private static final Converted TO_PRIVATE = new Converted(Shareability.PRIVATE);
  private static final Converted TO_SHARED = new Converted(Shareability.SHARED);
  private static final AlreadyThere ALREADY_PRIVATE = new AlreadyThere(Shareability.PRIVATE);
  private static final AlreadyThere ALREADY_SHARED = new AlreadyThere(Shareability.SHARED);

  private final Inode inode;
  private final boolean onlyWhatChanges;

  Conversion(Inode inode) {
    this.inode = inode;
    this.onlyWhatChanges = inode.kernel().generation().looksOnlyAtWhatChanges();
  }

  /**
   * Converts through a view. Takes and releases the lock, and asks only then what may have changed
   * until then: whether the file is there, and whether the conversion is still wanted.
   */
  ConversionOutcome convert(
      MemoryView via, ConversionRequest request, BooleanSupplier stillWanted) {
    boolean toPrivate = request.attributes() == Shareability.ATTRIBUTE_PRIVATE;
    if (request.range().size().value() == 0
        && inode.kernel().generation().emptyConversionSucceeds()) {
      return toPrivate ? ALREADY_PRIVATE : ALREADY_SHARED;
    }
    Rejected rejected = validate(via, request);
    if (rejected != null) {
      return rejected;
    }
    long first = request.range().start().page().value();
    long end = first + request.range().size().wholePages().value();
    long stamp = inode.lockExclusive();
    try {
      if (via.isReleased()) {
        return new Rejected(Errno.EBADF, "the memory is closed");
      }
      if (!stillWanted.getAsBoolean()) {
        return new Rejected(Errno.ECANCELED, "a newer request for the range came first");
      }
      return toPrivate ? takeFromHost(first, end) : giveToHost(first, end);
    } finally {
      inode.unlockExclusive(stamp);
    }
  }

  /** Checks the arguments in the kernel's order. */
  private @Nullable Rejected validate(MemoryView via, ConversionRequest request) {
    if (!inode.isConvertible()) {
      return inode.kernel().generation().keepsStateInMemory()
          ? invalid("the memory was created without support for sharing")
          : new Rejected(Errno.ENOTTY, "this kernel converts through the VM");
    }
    Rejected rejected =
        inode.kernel().generation().checksAttributes() ? validateAttributes(via, request) : null;
    return rejected != null ? rejected : validateRange(request.range());
  }

  private @Nullable Rejected validateAttributes(MemoryView via, ConversionRequest request) {
    if (request.flags() != 0) {
      return invalid("flags must be 0: 0x" + Long.toHexString(request.flags()));
    }
    if (request.reserved() != 0) {
      return invalid("reserved words must be 0: 0x" + Long.toHexString(request.reserved()));
    }
    if (!via.guest().type().privateMemory()) {
      return invalid("VMs of type " + via.guest().type().name() + " have no private memory");
    }
    if ((request.attributes() & ~Shareability.ATTRIBUTE_PRIVATE) != 0) {
      return invalid("unknown attributes: 0x" + Long.toHexString(request.attributes()));
    }
    return null;
  }

  private @Nullable Rejected validateRange(ByteRange range) {
    if (range.isEmptyOrWraps()) {
      return invalid("the range is empty or wraps around: " + range);
    }
    if (!range.isPageAligned()) {
      return invalid("the range is not page aligned: " + range);
    }
    if (Long.compareUnsigned(range.end().value(), inode.bytes()) > 0) {
      return invalid(
          "the range ends past the memory's 0x" + Long.toHexString(inode.bytes()) + ": " + range);
    }
    return null;
  }

  private static Rejected invalid(String reason) {
    return new Rejected(Errno.EINVAL, reason);
  }

  private ConversionOutcome takeFromHost(long first, long end) {
    if (inode.state().allPrivate(first, end - first)) {
      return ALREADY_PRIVATE;
    }
    if (inode.kernel().faults().injects(HostKernel.RESERVE_STATE, first)) {
      return new OutOfMemory(new PageIndex(first).offset());
    }
    if (onlyWhatChanges) {
      return takeChangingFromHost(first, end);
    }
    Blocked blocked = emptyHostAndCheck(first, end);
    if (blocked != null) {
      return blocked;
    }
    // Point of no return.
    makePrivate(inode, first, end);
    return TO_PRIVATE;
  }

  /** What follows the point of no return on the way to private. Under the lock, exclusive. */
  static void makePrivate(Inode inode, long first, long end) {
    Invalidation.begin(inode, first, end, Zap.SHARED);
    try {
      inode.state().setPrivate(first, end - first);
      inode.withheld().clear(first, end);
      tellPlatforms(inode, first, end, GuestSide::takenFromHost);
    } finally {
      Invalidation.end(inode, first, end);
    }
  }

  /** Tells the platforms of each page of a range that exists. */
  private static void tellPlatforms(
      Inode inode, long first, long end, BiConsumer<GuestSide, PhysicalPage> what) {
    PageCache cache = inode.cache();
    for (long i = cache.nextPresent(first, end); i >= 0; i = cache.nextPresent(i + 1, end)) {
      PhysicalPage page = cache.get(i);
      if (page != null) {
        inode.guestsOf(page).forEach(guest -> what.accept(guest, page));
        if (page.isQuarantined()) {
          cache.remove(i);
        }
      }
    }
  }

  /** Asks the platforms of each page of a range that exists whether it may become shared. */
  private Optional<String> objectionToSharing(long first, long end) {
    PageCache cache = inode.cache();
    for (long i = cache.nextPresent(first, end); i >= 0; i = cache.nextPresent(i + 1, end)) {
      PhysicalPage page = cache.get(i);
      if (page != null) {
        for (GuestSide guest : inode.guestsOf(page)) {
          Optional<String> objection = guest.objectionToSharing(page);
          if (objection.isPresent()) {
            return objection;
          }
        }
      }
    }
    return Optional.empty();
  }

  /** A page becomes shared: what its platform does, and what becomes of its ownership. */
  private static void makeShared(GuestSide guest, PhysicalPage page) {
    guest.makeShared(page);
    Ownership.shared(guest, page);
  }

  /**
   * Notes that a hypervisor beneath the kernel gave a range to the guest: nothing is unmapped from
   * the host and no reference is counted. Takes and releases the lock.
   */
  ConversionOutcome flipToPrivate(MemoryView via, long first, long end) {
    long stamp = inode.lockExclusive();
    try {
      if (via.isReleased()) {
        return new Rejected(Errno.EFAULT, "the memory is closed");
      }
      if (inode.state().allPrivate(first, end - first)) {
        return ALREADY_PRIVATE;
      }
      makePrivate(inode, first, end);
      return TO_PRIVATE;
    } finally {
      inode.unlockExclusive(stamp);
    }
  }

  /** Generation A: only runs that change are looked at, and the guest loses them first. */
  private ConversionOutcome takeChangingFromHost(long first, long end) {
    List<long[]> begun = new ArrayList<>();
    try {
      for (long run = firstShared(first, end); run < end; ) {
        long runEnd = inode.state().runEnd(run, end);
        Invalidation.begin(inode, run, runEnd, Zap.ALL);
        begun.add(new long[] {run, runEnd});
        run = firstShared(runEnd, end);
      }
      for (long[] run : begun) {
        Blocked blocked = emptyHostAndCheck(run[0], run[1]);
        if (blocked != null) {
          return blocked;
        }
      }
      inode.state().setPrivate(first, end - first);
      inode.withheld().clear(first, end);
      tellPlatforms(inode, first, end, GuestSide::takenFromHost);
      return TO_PRIVATE;
    } finally {
      for (long[] run : begun) {
        Invalidation.end(inode, run[0], run[1]);
      }
    }
  }

  private long firstShared(long from, long end) {
    return from < end && inode.state().isPrivate(from) ? inode.state().runEnd(from, end) : from;
  }

  /**
   * Empties the page tables of all host processes over the range, then counts references on every
   * page that exists, private ones included.
   *
   * @return who is in the way; null if nobody
   */
  private @Nullable Blocked emptyHostAndCheck(long first, long end) {
    PageCache cache = inode.cache();
    List<Blocker> blockers = null;
    for (long i = cache.nextPresent(first, end); i >= 0; i = cache.nextPresent(i + 1, end)) {
      PhysicalPage page = cache.get(i);
      if (page == null) {
        continue;
      }
      page.unmapFromHost();
      for (PageReference reference : page.references()) {
        blockers = add(blockers, reference.asBlocker());
      }
      if (inode.kernel().faults().injects(HostKernel.TRANSIENT_REFERENCE, i)) {
        blockers = add(blockers, passingBy(i));
      }
    }
    return blockers == null ? null : new Blocked(blockers.getFirst().page().offset(), blockers);
  }

  private Blocker passingBy(long index) {
    return new Blocker(
        new PageIndex(index),
        "speculative look-up",
        ReferenceKind.TRANSIENT,
        inode.kernel().clock().instant());
  }

  private static List<Blocker> add(@Nullable List<Blocker> blockers, Blocker blocker) {
    List<Blocker> list = blockers == null ? new ArrayList<>() : blockers;
    list.add(blocker);
    return list;
  }

  private ConversionOutcome giveToHost(long first, long end) {
    if (inode.state().allShared(first, end - first)) {
      inode.withheld().clear(first, end);
      return ALREADY_SHARED;
    }
    if (inode.kernel().faults().injects(HostKernel.RESERVE_STATE, first)) {
      return new OutOfMemory(new PageIndex(first).offset());
    }
    Optional<String> objection = objectionToSharing(first, end);
    if (objection.isPresent()) {
      return new Rejected(Errno.EBUSY, objection.get());
    }
    // Point of no return.
    Invalidation.begin(inode, first, end, Zap.PRIVATE);
    try {
      tellPlatforms(inode, first, end, Conversion::makeShared);
      inode.state().setShared(first, end - first);
      inode.withheld().clear(first, end);
    } finally {
      Invalidation.end(inode, first, end);
    }
    return TO_SHARED;
  }
}
