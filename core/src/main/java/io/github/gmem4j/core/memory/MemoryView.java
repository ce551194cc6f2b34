package io.github.gmem4j.core.memory;

import io.github.gmem4j.api.memory.Accessor;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.Withheld;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.core.kernel.HostKernel;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One VM's file on an inode: what the API calls a guest memory. */
public final class MemoryView implements GuestMemory {
  private static final String CLOSED = "the memory is closed";

  private final Inode inode;
  private final GuestSide guest;
  private final Conversion conversion;
  private final PageTable guestShared = new PageTable(PageTable.Owner.GUEST_SHARED);
  private final PageTable guestPrivate = new PageTable(PageTable.Owner.GUEST_PRIVATE);
  private final Bindings bindings = new Bindings(this);
  private final OpenFile file = new OpenFile();

  private MemoryView(Inode inode, GuestSide guest) {
    this.inode = inode;
    this.guest = guest;
    this.conversion = new Conversion(inode);
  }

  /** Creates a memory and its first view. The arguments are legal. */
  public static MemoryView create(HostKernel kernel, GuestSide guest, long pages, long flags) {
    MemoryView view = new MemoryView(new Inode(kernel, pages, flags), guest);
    view.inode.addView(view);
    return view;
  }

  /** Creates another VM's view of the same memory; null if this one is closed. */
  public @Nullable MemoryView linkTo(GuestSide other) {
    long stamp = inode.lockExclusive();
    try {
      if (!file.isOpen()) {
        return null;
      }
      MemoryView view = new MemoryView(inode, other);
      inode.addView(view);
      return view;
    } finally {
      inode.unlockExclusive(stamp);
    }
  }

  Inode inode() {
    return inode;
  }

  /** Returns the VM behind this view. */
  public GuestSide guest() {
    return guest;
  }

  /** Returns the host this memory belongs to. */
  public HostKernel kernel() {
    return inode.kernel();
  }

  List<Binding> bindings() {
    return bindings.inOrder();
  }

  /** Tells whether the descriptor is open. */
  public boolean isOpen() {
    return file.isOpen();
  }

  /** Tells whether the file is gone, and with it every binding. */
  public boolean isReleased() {
    return file.isGone();
  }

  /** Tells whether the host may map the memory. */
  public boolean isMappable() {
    return inode.isMappable();
  }

  @Override
  public ByteCount size() {
    return new ByteCount(inode.bytes());
  }

  @Override
  public ConversionOutcome convert(ConversionRequest request) {
    overtake(request);
    return told(
        request,
        file.isOpen()
            ? conversion.convert(this, request, Conversion.ANYWAY)
            : new ConversionOutcome.Rejected(Errno.EBADF, CLOSED));
  }

  /**
   * Converts if, once the lock is held, it is still wanted; if not, the outcome is ECANCELED. For
   * the kernel itself, which needs no descriptor.
   *
   * @param stillWanted asked once, under the lock: must return at once and take no lock
   */
  public ConversionOutcome convert(ConversionRequest request, BooleanSupplier stillWanted) {
    return told(request, conversion.convert(this, request, stillWanted));
  }

  private ConversionOutcome told(ConversionRequest request, ConversionOutcome outcome) {
    if (inode.kernel().isHeard()) {
      inode.kernel().emit(new RoadEvent.ConversionTried(request.range(), target(request), outcome));
    }
    return outcome;
  }

  /** The VMM converts now: what guests have asked the kernel for, and contradicts, is older. */
  private void overtake(ConversionRequest request) {
    ByteRange range = request.range();
    if (range.isPageAligned() && range.size().value() > 0) {
      long first = range.start().page().value();
      inode.overtakeByVmm(first, first + range.size().wholePages().value(), target(request));
    }
  }

  private static Shareability target(ConversionRequest request) {
    return request.attributes() == 0 ? Shareability.SHARED : Shareability.PRIVATE;
  }

  @Override
  public Shareability shareability(PageIndex page) {
    return stateOf(page.value());
  }

  /** Returns who may touch a page, by its bare index. See {@link #shareability}. */
  public Shareability stateOf(long index) {
    return inode.state().isPrivate(index) ? Shareability.PRIVATE : Shareability.SHARED;
  }

  /** Tells whether pages all have a state. Read without a lock. */
  public boolean hasState(long first, long count, Shareability state) {
    return switch (state) {
      case PRIVATE -> inode.state().allPrivate(first, count);
      case SHARED -> inode.state().allShared(first, count);
    };
  }

  @Override
  public KernelResult<ByteRange> fallocate(int mode, ByteRange range) {
    return file.isOpen() ? FileSpace.fallocate(this, mode, range) : closed();
  }

  @Override
  public KernelResult<ByteCount> truncate(ByteCount size) {
    return file.isOpen()
        ? KernelResult.failed(Errno.EINVAL, "a guest memory keeps its size; asked for " + size)
        : closed();
  }

  @Override
  public KernelResult<HostMapping> map(ByteCount length) {
    if (!file.isOpen()) {
      return closed();
    }
    if (length.value() == 0) {
      return KernelResult.failed(Errno.EINVAL, "cannot map no bytes");
    }
    long pages = (length.value() + Page.OFFSET_MASK) >>> Page.SHIFT;
    if (pages == 0 || pages > HostKernel.USER_ADDRESS_LIMIT >>> Page.SHIFT) {
      return KernelResult.failed(Errno.ENOMEM, "no address space for " + length + " bytes");
    }
    if (!inode.isMappable()) {
      return KernelResult.failed(Errno.ENODEV, "the memory was created without MMAP");
    }
    long stamp = inode.lockExclusive();
    try {
      return file.isOpen() ? KernelResult.ok(newMapping(pages)) : closed();
    } finally {
      inode.unlockExclusive(stamp);
    }
  }

  static <T> KernelResult<T> closed() {
    return KernelResult.failed(Errno.EBADF, CLOSED);
  }

  /** Makes one more mapping of a file that is not gone. Under the lock, exclusive. */
  Mapping newMapping(long pages) {
    file.mapped();
    return new Mapping(this, pages);
  }

  /** A mapping is gone. Under the lock, exclusive. */
  void mappingClosed() {
    if (file.unmapped()) {
      release();
    }
  }

  @Override
  public boolean isPopulated(PageIndex page) {
    PhysicalPage present = page.value() < inode.pages() ? inode.cache().get(page.value()) : null;
    return present != null && present.isPopulated();
  }

  @Override
  public KernelResult<PageIndex> poison(PageIndex page) {
    if (!file.isOpen()) {
      return closed();
    }
    if (page.value() >= inode.pages()) {
      return KernelResult.failed(Errno.EINVAL, page + " lies past the memory's end");
    }
    long stamp = inode.lockExclusive();
    try {
      if (!file.isOpen()) {
        return closed();
      }
      PhysicalPage present = inode.cache().get(page.value());
      if (present == null) {
        return KernelResult.failed(Errno.ENOENT, "there is no page at " + page);
      }
      present.poison();
      present.unmapFromHost();
      Invalidation.begin(inode, page.value(), page.value() + 1, Zap.ALL);
      Invalidation.end(inode, page.value(), page.value() + 1);
      return KernelResult.ok(page);
    } finally {
      inode.unlockExclusive(stamp);
    }
  }

  /**
   * Binds pages to guest frames.
   *
   * @return the binding; EBADF if the view is closed, the generation's errno if some of the pages
   *     are bound in this view already
   */
  public KernelResult<Binding> bind(long firstPage, long pages, long firstGfn) {
    Binding binding = new Binding(firstPage, pages, firstGfn);
    long stamp = inode.lockExclusive();
    try {
      if (!file.isOpen()) {
        return closed();
      }
      return bindings.add(binding)
          ? KernelResult.ok(binding)
          : KernelResult.failed(
              inode.kernel().generation().boundTwice(),
              "bound already: some page from " + firstPage + " on");
    } finally {
      inode.unlockExclusive(stamp);
    }
  }

  /** Takes a binding and the guest's mappings through it away. No effect if it is gone. */
  public void unbind(Binding binding) {
    long stamp = inode.lockExclusive();
    try {
      bindings.remove(binding);
    } finally {
      inode.unlockExclusive(stamp);
    }
  }

  /**
   * Looks a page up for a guest fault, allocating and zeroing it if it is new.
   *
   * @return the page, possibly a poisoned one; null if memory ran out, or if the file is gone
   */
  public @Nullable PhysicalPage findForGuest(long index) {
    long stamp = inode.lockShared();
    try {
      if (file.isGone()) {
        return null;
      }
      PhysicalPage page = inode.pageAt(index);
      if (page != null && !page.isPoisoned()) {
        page.populate();
      }
      return page;
    } finally {
      inode.unlockShared(stamp);
    }
  }

  /**
   * Tells whether the VM's guest may have a page for an access of a kind, and makes the page its
   * own if it must be. Before the MMU lock is taken.
   */
  public boolean claim(long index, PhysicalPage page, Shareability as) {
    return Ownership.claim(this, index, page, as);
  }

  /** Notes that a hypervisor beneath the kernel gave pages to the guest, whoever uses them. */
  public ConversionOutcome flipToPrivate(long first, long end) {
    return conversion.flipToPrivate(this, first, end);
  }

  /** Keeps the shared pages of a range from the guest, or from everyone. */
  public void withhold(long first, long end, Withheld from, Pending mark) {
    Withholding.withhold(this, first, end, from, mark);
  }

  /** Returns the mark of a withheld page, read without a lock; null if it is not withheld. */
  public @Nullable Pending withheldMark(long index) {
    return inode.withheld().markOf(index);
  }

  /** Empties the host's page tables over a range. */
  public void unmapFromHost(long first, long end) {
    long stamp = inode.lockExclusive();
    try {
      PageCache cache = inode.cache();
      for (long i = cache.nextPresent(first, end); i >= 0; i = cache.nextPresent(i + 1, end)) {
        PhysicalPage page = cache.get(i);
        if (page != null) {
          page.unmapFromHost();
        }
      }
    } finally {
      inode.unlockExclusive(stamp);
    }
  }

  /** Takes a reference of the kernel's own on a shared page; null if it cannot be reached. */
  public @Nullable Pin pinForKernel(long index, String holder) {
    long stamp = inode.lockShared();
    try {
      if (file.isGone()
          || inode.state().isPrivate(index)
          || inode.withheld().isFromEveryone(index)) {
        return null;
      }
      PhysicalPage page = inode.pageAt(index);
      if (page == null || page.isPoisoned()) {
        return null;
      }
      page.populate();
      PageReference reference =
          new PageReference(
              inode,
              page,
              new PageIndex(index),
              ReferenceKind.SHORT_TERM,
              Accessor.CPU,
              holder,
              inode.kernel().clock().instant());
      page.addReference(reference);
      return reference;
    } finally {
      inode.unlockShared(stamp);
    }
  }

  /** Tells whether the guest has a page mapped that way. Under the MMU lock. */
  public boolean isMappedForGuest(PhysicalPage page, Shareability as) {
    return page.isMappedIn(guestTable(as));
  }

  /** Maps a page for the guest. Under the MMU lock, once the invalidation sequence was checked. */
  public void mapForGuest(PhysicalPage page, Shareability as) {
    page.mapIn(guestTable(as));
  }

  /** Takes one mapping of the guest away. Under the MMU lock. */
  public void unmapForGuest(PhysicalPage page, Shareability as) {
    page.unmapFrom(guestTable(as));
  }

  /** Takes the guest's mappings of a range away. Under the MMU lock. */
  public void unmapForGuest(long first, long end, Shareability as) {
    PageCache cache = inode.cache();
    for (long i = cache.nextPresent(first, end); i >= 0; i = cache.nextPresent(i + 1, end)) {
      PhysicalPage page = cache.get(i);
      if (page != null) {
        page.unmapFrom(guestTable(as));
      }
    }
  }

  private PageTable guestTable(Shareability as) {
    return as == Shareability.PRIVATE ? guestPrivate : guestShared;
  }

  @Override
  public void close() {
    boolean first;
    long stamp = inode.lockExclusive();
    try {
      first = file.isOpen();
      if (file.close()) {
        release();
      }
    } finally {
      inode.unlockExclusive(stamp);
    }
    if (first) {
      guest.memoryClosed(this);
    }
  }

  /** The file is gone. Once, under the lock, exclusive. */
  private void release() {
    bindings.clear();
    if (inode.views().size() == 1) {
      inode.dropPages(0, inode.pages());
    }
    inode.views().remove(this);
  }
}
