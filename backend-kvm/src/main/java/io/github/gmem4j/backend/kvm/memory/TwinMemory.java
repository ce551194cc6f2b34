package io.github.gmem4j.backend.kvm.memory;

import io.github.gmem4j.api.memory.Blocker;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.KernelException;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.vm.HostVirtualAddress;
import io.github.gmem4j.backend.kvm.lifetime.Counted;
import io.github.gmem4j.backend.kvm.lifetime.Mapped;
import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Memory that is converted as if in place, on a kernel whose VMs keep the state and where private
 * and shared bytes are different pages: a guest_memfd for the one, ordinary memory for the other.
 * Whoever uses it sees one page: its state, the copy that belongs to it, and a SIGBUS where the
 * host touches what is private.
 *
 * <p>What differs from a kernel that converts in place:
 *
 * <ul>
 *   <li>A conversion leaves zeroes, in both directions: the copy that is out of date is freed.
 *   <li>References are those that were taken through this memory's mappings. The kernel counts
 *       none, so that nobody else's can block.
 *   <li>Mappings of other processes are not this object's: they keep seeing the shared copy.
 * </ul>
 *
 * <p>Thread-safe.
 */
public final class TwinMemory implements GuestMemory {
  private final Syscalls syscalls;
  private final KvmGuestMemory privateCopy;
  private final SharedBacking sharedCopy;
  private final HostView host;
  private final long flags;
  private final HostCopy copy;
  private final GuestSide guest;
  private final Consumer<TwinMemory> closed;
  private final RoadListener listener;
  private final StateRuns state;
  private final PinLedger pins = new PinLedger();
  private final Counted open;

  /** Exclusive: states change. Shared: they must not. */
  private final ReentrantReadWriteLock states = new ReentrantReadWriteLock();

  private TwinMemory(
      Syscalls syscalls,
      KvmGuestMemory privateCopy,
      SharedBacking sharedCopy,
      HostView host,
      long flags,
      HostCopy copy,
      GuestSide guest,
      Consumer<TwinMemory> closed,
      RoadListener listener) {
    this.syscalls = syscalls;
    this.privateCopy = privateCopy;
    this.sharedCopy = sharedCopy;
    this.host = host;
    this.flags = flags;
    this.copy = copy;
    this.guest = guest;
    this.closed = closed;
    this.listener = listener;
    this.state =
        new StateRuns((flags & INIT_SHARED) != 0 ? Shareability.SHARED : Shareability.PRIVATE);
    this.open =
        new Counted(() -> {
          sharedCopy.close();
          host.close();
          copy.leave();
        });
  }

  /**
   * Makes one of a private half and a fresh shared one, and takes over the private half and one
   * hold on the copier.
   *
   * @param closed told, with no lock held, when it was closed
   * @throws KernelException if the kernel refuses
   */
  // Only this module calls it.
  @SuppressWarnings("exports")
  public static TwinMemory of(
      Syscalls syscalls,
      KvmGuestMemory privateCopy,
      long flags,
      HostCopy copy,
      GuestSide guest,
      Consumer<TwinMemory> closed,
      RoadListener listener) {
    SharedBacking shared = SharedBacking.create(syscalls, privateCopy.size());
    try {
      return new TwinMemory(
          syscalls,
          privateCopy,
          shared,
          HostView.of(syscalls, shared),
          flags,
          copy,
          guest,
          closed,
          listener);
    } catch (KernelException e) {
      shared.close();
      throw e;
    }
  }

  /** Returns the half that is bound to slots. */
  public KvmGuestMemory privateCopy() {
    return privateCopy;
  }

  /** Returns where the other half lies, for the slots' {@code userspace_addr}. */
  public HostVirtualAddress sharedCopy() {
    return sharedCopy.address();
  }

  @Override
  public ByteCount size() {
    return privateCopy.size();
  }

  private long pages() {
    return size().wholePages().value();
  }

  /** Does something while no page changes hands. */
  public <T> T whileStatesStand(Supplier<T> action) {
    states.readLock().lock();
    try {
      return action.get();
    } finally {
      states.readLock().unlock();
    }
  }

  /** Returns the runs of equal pages within some pages, in ascending order. */
  public List<StateRuns.Run> runs(PageRange within) {
    return state.runs(within);
  }

  private List<PageRange> pages(PageRange within, Shareability having) {
    return runs(within).stream()
        .filter(run -> run.state() == having)
        .map(StateRuns.Run::pages)
        .toList();
  }

  @Override
  public ConversionOutcome convert(ConversionRequest request) {
    ConversionOutcome outcome;
    states.writeLock().lock();
    try {
      outcome = refusal(request).orElseGet(() -> convert(request.range(), target(request)));
    } finally {
      states.writeLock().unlock();
    }
    listener.on(new RoadEvent.ConversionTried(request.range(), target(request), outcome));
    return outcome;
  }

  private static Shareability target(ConversionRequest request) {
    return request.attributes() == 0 ? Shareability.SHARED : Shareability.PRIVATE;
  }

  /** What a kernel that converts in place refuses, in its order. */
  private Optional<ConversionOutcome> refusal(ConversionRequest request) {
    ByteRange range = request.range();
    if (open.isClosed()) {
      return rejected(Errno.EBADF, "the memory is closed");
    }
    if (request.flags() != 0 || request.reserved() != 0) {
      return rejected(Errno.EINVAL, "flags and reserved words must be 0: " + request);
    }
    if ((request.attributes() & ~Shareability.ATTRIBUTE_PRIVATE) != 0) {
      return rejected(
          Errno.EINVAL, "unknown attributes: 0x" + Long.toHexString(request.attributes()));
    }
    if (range.isEmptyOrWraps() || !range.isPageAligned()) {
      return rejected(Errno.EINVAL, "not a range of whole pages: " + range);
    }
    if (Long.compareUnsigned(range.end().value(), size().value()) > 0) {
      return rejected(Errno.EINVAL, "the range ends past the memory's " + size() + ": " + range);
    }
    return Optional.empty();
  }

  private static Optional<ConversionOutcome> rejected(Errno errno, String reason) {
    return Optional.of(new ConversionOutcome.Rejected(errno, reason));
  }

  private ConversionOutcome convert(ByteRange range, Shareability target) {
    PageRange pages = new PageRange(range.start().page(), range.size().wholePages());
    if (state.isUniform(pages.first().value(), pages.endExclusive(), target)) {
      return new ConversionOutcome.AlreadyThere(target);
    }
    ConversionOutcome outcome =
        switch (target) {
          case PRIVATE -> takeFromHost(pages);
          case SHARED -> giveToHost(pages);
        };
    if (outcome.succeeded()) {
      state.store(pages.first().value(), pages.endExclusive(), target);
    }
    return outcome;
  }

  private ConversionOutcome takeFromHost(PageRange pages) {
    if (host.drop(pages).failed()) {
      return new ConversionOutcome.OutOfMemory(pages.first().offset());
    }
    List<Blocker> blockers = pins.blockers(pages.bytes());
    if (!blockers.isEmpty()) {
      return new ConversionOutcome.Blocked(blockers.getFirst().page().offset(), blockers);
    }
    if (host.hide(pages).failed()) {
      showShared(pages);
      return new ConversionOutcome.OutOfMemory(pages.first().offset());
    }
    Optional<ConversionOutcome> failure = guest.show(this, pages, Shareability.PRIVATE);
    if (failure.isPresent()) {
      showShared(pages);
      return failure.get();
    }
    // Point of no return.
    discardShared(pages.bytes());
    return new ConversionOutcome.Converted(Shareability.PRIVATE);
  }

  /** Undoes {@link HostView#hide} where the pages are still shared. */
  private void showShared(PageRange pages) {
    pages(pages, Shareability.SHARED)
        .forEach(run -> host.show(run).orThrow("cannot map again what stays shared: " + run));
  }

  private ConversionOutcome giveToHost(PageRange pages) {
    if (host.show(pages).failed()) {
      hidePrivate(pages);
      return new ConversionOutcome.OutOfMemory(pages.first().offset());
    }
    Optional<ConversionOutcome> failure = guest.show(this, pages, Shareability.SHARED);
    if (failure.isPresent()) {
      hidePrivate(pages);
      return failure.get();
    }
    // Point of no return.
    pages(pages, Shareability.PRIVATE).forEach(run -> privateCopy.punchHole(run.bytes()).orThrow());
    return new ConversionOutcome.Converted(Shareability.SHARED);
  }

  private void hidePrivate(PageRange pages) {
    pages(pages, Shareability.PRIVATE)
        .forEach(run -> host.hide(run).orThrow("cannot hide what stays private: " + run));
  }

  @Override
  public Shareability shareability(PageIndex page) {
    if (page.value() >= pages()) {
      throw new IndexOutOfBoundsException(page + " lies past the memory's end, " + size());
    }
    return state.at(page.value());
  }

  /** {@inheritDoc} Exclusive, so that no reference is taken on a page that is being freed. */
  @Override
  public KernelResult<ByteRange> fallocate(int mode, ByteRange range) {
    states.writeLock().lock();
    try {
      KernelResult<ByteRange> done = privateCopy.fallocate(mode, range);
      if (done.succeeded()) {
        boolean punch = (mode & PUNCH_HOLE) != 0;
        touched(range).stream()
            .flatMap(pages -> pages(pages, Shareability.SHARED).stream())
            .map(PageRange::bytes)
            .forEach(punch ? this::discardShared : this::allocateShared);
        if (punch) {
          // Nobody pins meanwhile: the states are held exclusively.
          pins.forget(pins.within(range));
        }
      }
      return done;
    } finally {
      states.writeLock().unlock();
    }
  }

  private void discardShared(ByteRange range) {
    sharedCopy.discard(range).orThrow("cannot free the shared copy of " + range);
  }

  private void allocateShared(ByteRange range) {
    sharedCopy.fallocate(KEEP_SIZE, range).orThrow("cannot allocate the shared copy of " + range);
    // What was allocated for the copy that nobody sees.
    privateCopy.punchHole(range).orThrow();
  }

  /** The pages of a range that the memory has; a hole may lie past its end. */
  private Optional<PageRange> touched(ByteRange range) {
    long first = range.start().page().value();
    long end = Math.min(pages(), range.end().value() + Page.OFFSET_MASK >>> Page.SHIFT);
    return first < end ? Optional.of(PageRange.of(first, end - first)) : Optional.empty();
  }

  @Override
  public KernelResult<ByteCount> truncate(ByteCount wanted) {
    return privateCopy.truncate(wanted);
  }

  @Override
  public KernelResult<HostMapping> map(ByteCount length) {
    if ((flags & MMAP) == 0) {
      // The private half cannot be mapped: the kernel refuses, in its own order of checks.
      return privateCopy.map(length);
    }
    if (!open.enter()) {
      return KernelResult.failed(Errno.EBADF, "the memory is closed");
    }
    try {
      Mapped mapped = whileStatesStand(() -> mapShared(KvmMapping.wholePages(length)));
      copy.enterFor();
      return KernelResult.ok(new KvmMapping(syscalls, new Behind(), mapped, copy));
    } catch (KernelException e) {
      open.leave();
      return e.toFailure();
    }
  }

  private Mapped mapShared(long length) {
    return host.map(length, pages(PageRange.of(0, pages()), Shareability.PRIVATE));
  }

  /** What its mappings ask; each has entered. */
  private final class Behind implements MappedMemory {
    @Override
    public long pages() {
      return TwinMemory.this.pages();
    }

    @Override
    public Shareability shareability(PageIndex page) {
      return TwinMemory.this.shareability(page);
    }

    @Override
    public PinLedger pins() {
      return pins;
    }

    @Override
    public Mapped mapAgain(Mapped mapped) {
      Mapped again = whileStatesStand(() -> mapShared(mapped.length()));
      open.enterFor();
      return again;
    }

    @Override
    public <T> T whileStatesStand(Supplier<T> action) {
      return TwinMemory.this.whileStatesStand(action);
    }

    @Override
    public void unmapped(Mapped mapped) {
      host.forget(mapped);
      open.leave();
    }
  }

  @Override
  public boolean isPopulated(PageIndex page) {
    if (page.value() >= pages()) {
      return false;
    }
    return switch (state.at(page.value())) {
      case PRIVATE -> privateCopy.isPopulated(page);
      case SHARED -> sharedCopy.isPopulated(page);
    };
  }

  /** {@inheritDoc} Here EOPNOTSUPP for every existing page, see {@link KvmGuestMemory#poison}. */
  @Override
  public KernelResult<PageIndex> poison(PageIndex page) {
    if (open.isClosed()) {
      return KernelResult.failed(Errno.EBADF, "the memory is closed");
    }
    if (page.value() >= pages()) {
      return KernelResult.failed(Errno.EINVAL, page + " lies past the memory's end");
    }
    return isPopulated(page)
        ? KernelResult.failed(Errno.EOPNOTSUPP, "no memory errors are made on a real host")
        : KernelResult.failed(Errno.ENOENT, "there is no page at " + page);
  }

  /** {@inheritDoc} Not between the steps of a conversion: it needs both copies to its end. */
  @Override
  public void close() {
    boolean first;
    states.writeLock().lock();
    try {
      first = !privateCopy.isClosed();
      privateCopy.close();
      open.close();
    } finally {
      states.writeLock().unlock();
    }
    if (first) {
      closed.accept(this);
    }
  }
}
