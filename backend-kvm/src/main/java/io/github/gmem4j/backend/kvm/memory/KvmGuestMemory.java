package io.github.gmem4j.backend.kvm.memory;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
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
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.backend.kvm.layout.Ioctl;
import io.github.gmem4j.backend.kvm.layout.MemoryAttributes2;
import io.github.gmem4j.backend.kvm.lifetime.Descriptor;
import io.github.gmem4j.backend.kvm.lifetime.Mapped;
import io.github.gmem4j.backend.kvm.syscall.Linux;
import io.github.gmem4j.backend.kvm.syscall.Returned;
import io.github.gmem4j.backend.kvm.syscall.Scratch;
import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Set;
import java.util.function.IntFunction;

/** A real guest_memfd. The kernel checks every argument; this class only keeps books. */
public final class KvmGuestMemory implements GuestMemory {
  private final Syscalls syscalls;
  private final Descriptor file;
  private final ByteCount size;
  private final long flags;
  private final RoadListener listener;
  private final Dropped dropped;
  private final HostCopy copy;
  private final StateRuns state;
  private final PinLedger pins = new PinLedger();

  /** Keeps the books in the order in which the kernel converts. */
  private final Object converting = new Object();

  private final MappedMemory behind = new Behind();

  /** Takes over an open guest_memfd, which has a hold on the copier until it is closed. */
  // Only this module calls it.
  @SuppressWarnings("exports")
  public KvmGuestMemory(
      Syscalls syscalls,
      Descriptor file,
      ByteCount size,
      long flags,
      HostCopy copy,
      RoadListener listener,
      Dropped dropped) {
    this.syscalls = syscalls;
    this.file = file;
    this.size = size;
    this.flags = flags;
    this.copy = copy;
    this.listener = listener;
    this.dropped = dropped;
    this.state =
        new StateRuns((flags & INIT_SHARED) != 0 ? Shareability.SHARED : Shareability.PRIVATE);
  }

  /** Makes a call with the file, or with -1 once it is closed. */
  public Returned call(IntFunction<Returned> call) {
    return file.call(call);
  }

  /** Tells whether it is closed. */
  public boolean isClosed() {
    return file.isClosed();
  }

  /** What its mappings ask. */
  private final class Behind implements MappedMemory {
    @Override
    public long pages() {
      return KvmGuestMemory.this.pages();
    }

    @Override
    public Shareability shareability(PageIndex page) {
      return KvmGuestMemory.this.shareability(page);
    }

    @Override
    public PinLedger pins() {
      return pins;
    }

    @Override
    public Mapped mapAgain(Mapped mapped) {
      Returned at =
          syscalls
              .mapAgain(mapped.address(), mapped.length())
              .orThrow("cannot map " + mapped.length() + " bytes again");
      return new Mapped(syscalls, at.value(), mapped.length());
    }
  }

  @Override
  public ByteCount size() {
    return size;
  }

  private long pages() {
    return size.wholePages().value();
  }

  @Override
  public ConversionOutcome convert(ConversionRequest request) {
    ConversionOutcome outcome;
    synchronized (converting) {
      try (Scratch scratch = Scratch.open()) {
        MemorySegment struct = MemoryAttributes2.of(scratch, request);
        Returned done = call(fd -> syscalls.ioctl(fd, Ioctl.SET_MEMORY_ATTRIBUTES2, struct));
        outcome = outcome(request, done, MemoryAttributes2.ERROR_OFFSET.get(struct));
      }
    }
    listener.on(new RoadEvent.ConversionTried(request.range(), target(request), outcome));
    return outcome;
  }

  private static Shareability target(ConversionRequest request) {
    return request.attributes() == 0 ? Shareability.SHARED : Shareability.PRIVATE;
  }

  private ConversionOutcome outcome(ConversionRequest request, Returned done, long errorOffset) {
    ByteRange range = request.range();
    if (!done.failed()) {
      return stored(range, target(request));
    }
    return switch (done.errno()) {
      case EAGAIN ->
          new ConversionOutcome.Blocked(new ByteOffset(errorOffset), pins.blockers(range));
      case ENOMEM -> new ConversionOutcome.OutOfMemory(new ByteOffset(errorOffset));
      case ENOTTY ->
          new ConversionOutcome.Rejected(
              Errno.ENOTTY, "this kernel does not convert guest_memfd in place");
      default ->
          new ConversionOutcome.Rejected(
              done.errno(), done.reason("the kernel refuses to convert " + request));
    };
  }

  private ConversionOutcome stored(ByteRange range, Shareability target) {
    long from = range.start().page().value();
    long end = from + range.size().wholePages().value();
    if (state.isUniform(from, end, target)) {
      return new ConversionOutcome.AlreadyThere(target);
    }
    state.store(from, end, target);
    dropped.fromGuest(this, range);
    return new ConversionOutcome.Converted(target);
  }

  @Override
  public Shareability shareability(PageIndex page) {
    if (page.value() >= pages()) {
      throw new IndexOutOfBoundsException(page + " lies past the memory's end, " + size);
    }
    return state.at(page.value());
  }

  @Override
  public KernelResult<ByteRange> fallocate(int mode, ByteRange range) {
    // A pin that comes while the hole is punched may hold the new page.
    Set<Pin> before = pins.within(range);
    Returned done =
        call(fd -> syscalls.fallocate(fd, mode, range.start().value(), range.size().value()));
    if (done.failed()) {
      return done.toFailure("fallocate with mode " + mode + " of " + range);
    }
    if ((mode & PUNCH_HOLE) != 0) {
      pins.forget(before);
      dropped.fromGuest(this, range);
    }
    return KernelResult.ok(range);
  }

  @Override
  public KernelResult<ByteCount> truncate(ByteCount wanted) {
    Returned done = call(fd -> syscalls.ftruncate(fd, wanted.value()));
    return done.failed()
        ? done.toFailure("a guest memory keeps its size; asked for " + wanted)
        : KernelResult.ok(wanted);
  }

  @Override
  public KernelResult<HostMapping> map(ByteCount length) {
    long asked = KvmMapping.wholePages(length);
    Returned at = call(fd -> mapHeld(fd, asked));
    return at.failed()
        ? at.toFailure("cannot map " + length + " bytes")
        : KernelResult.ok(
            new KvmMapping(syscalls, behind, new Mapped(syscalls, at.value(), asked), copy));
  }

  /** The mapping's hold on the copier is taken while the file still has its own. */
  private Returned mapHeld(int fd, long length) {
    Returned at = syscalls.mmap(length, Linux.PROT_READ_WRITE, Linux.MAP_SHARED, fd, 0);
    if (!at.failed()) {
      copy.enterFor();
    }
    return at;
  }

  /**
   * {@inheritDoc}
   *
   * <p>A memory created without {@link #MMAP} cannot be asked with {@code mincore(2)}: there a page
   * that was only allocated counts too.
   */
  @Override
  public boolean isPopulated(PageIndex page) {
    if (page.value() >= pages()) {
      return false;
    }
    return (flags & MMAP) != 0 ? inCore(page) : inCache(page);
  }

  private boolean inCore(PageIndex page) {
    Returned at =
        call(fd ->
            syscalls.mmap(
                Page.BYTES, Linux.PROT_READ, Linux.MAP_SHARED, fd, page.offset().value()));
    if (at.failed()) {
      return false;
    }
    try (Mapped mapped = new Mapped(syscalls, at.value(), Page.BYTES);
        Arena arena = Arena.ofConfined()) {
      MemorySegment vector = arena.allocate(1);
      return !syscalls.mincore(mapped.address(), Page.BYTES, vector).failed()
          && (vector.get(ValueLayout.JAVA_BYTE, 0) & 1) != 0;
    }
  }

  /** {@code cachestat(2)} of one page; the first of five counts is of pages that exist. */
  private boolean inCache(PageIndex page) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment range =
          arena.allocateFrom(ValueLayout.JAVA_LONG, page.offset().value(), Page.BYTES);
      MemorySegment counts = arena.allocate(ValueLayout.JAVA_LONG, 5);
      Returned done =
          call(fd ->
              syscalls.syscall(
                  Linux.SYS_CACHESTAT, fd, range.address(), counts.address(), 0, 0, 0));
      return !done.failed() && counts.get(ValueLayout.JAVA_LONG, 0) != 0;
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>Here EOPNOTSUPP for every existing page: the kernel's own way to inject a memory error
   * ({@code MADV_HWPOISON}) sends the process that asks a SIGBUS, which ends a JVM.
   */
  @Override
  public KernelResult<PageIndex> poison(PageIndex page) {
    if (isClosed()) {
      return KernelResult.failed(Errno.EBADF, "the memory is closed");
    }
    if (page.value() >= pages()) {
      return KernelResult.failed(Errno.EINVAL, page + " lies past the memory's end");
    }
    return inCache(page)
        ? KernelResult.failed(Errno.EOPNOTSUPP, "no memory errors are made on a real host")
        : KernelResult.failed(Errno.ENOENT, "there is no page at " + page);
  }

  @Override
  public void close() {
    file.close();
  }
}
