package io.github.gmem4j.backend.kvm.memory;

import io.github.gmem4j.api.memory.Accessor;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.KernelException;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.memory.Signal;
import io.github.gmem4j.api.vm.HostVirtualAddress;
import io.github.gmem4j.backend.kvm.lifetime.Counted;
import io.github.gmem4j.backend.kvm.lifetime.Mapped;
import io.github.gmem4j.backend.kvm.syscall.Linux;
import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A real mapping of a guest_memfd into this process.
 *
 * <p>{@link #load} and {@link #store} let the kernel copy, so that a page that cannot be touched is
 * an answer and no signal. {@link #bytes} is the memory itself, for those who know that it is
 * shared.
 */
public final class KvmMapping implements HostMapping {
  private final Syscalls syscalls;
  private final MappedMemory memory;
  private final Mapped mapped;
  private final HostCopy copy;
  private final Counted open;
  private final AtomicLong faults = new AtomicLong();

  /** Takes over a mapping and one hold on the copier. */
  KvmMapping(Syscalls syscalls, MappedMemory memory, Mapped mapped, HostCopy copy) {
    this.syscalls = syscalls;
    this.memory = memory;
    this.mapped = mapped;
    this.copy = copy;
    this.open =
        new Counted(() -> {
          memory.unmapped(mapped);
          mapped.close();
          copy.leave();
        });
  }

  /**
   * Returns a length in whole pages, as the kernel rounds up itself; one that then does not fit 64
   * bits stays as it is, and is ENOMEM there too.
   */
  static long wholePages(ByteCount length) {
    long rounded = length.value() + Page.OFFSET_MASK & ~Page.OFFSET_MASK;
    return rounded == 0 ? length.value() : rounded;
  }

  @Override
  public ByteCount length() {
    return new ByteCount(mapped.length());
  }

  /** Returns where the mapping begins, for a slot's {@code userspace_addr}. */
  public HostVirtualAddress address() {
    return new HostVirtualAddress(mapped.address());
  }

  /**
   * Returns the memory itself. A touch of a page that is private, or past the memory's end, is a
   * SIGBUS; a touch after {@link #close} is a SIGSEGV: each can end the process. Conversions by
   * other threads are not waited for.
   */
  public MemorySegment bytes() {
    return mapped.bytes();
  }

  @Override
  public HostAccess load(ByteOffset at, byte[] into) {
    return access(at, into.length, (address, done, n) -> copy.load(address, into, done, n));
  }

  @Override
  public HostAccess store(ByteOffset at, byte[] from) {
    return access(at, from.length, (address, done, n) -> copy.store(address, from, done, n));
  }

  private interface Part {
    HostCopy.Copied copy(long address, int done, int length);
  }

  private HostAccess access(ByteOffset at, int length, Part part) {
    for (int done = 0; done < length; ) {
      long offset = at.value() + done;
      if (!isInside(offset) || !open.enter()) {
        return faultAt(offset);
      }
      try {
        int n = (int) Math.min(mapped.length() - offset, Math.min(length - done, HostCopy.CHUNK));
        HostCopy.Copied copied = part.copy(mapped.address() + offset, done, n);
        faults.addAndGet(copied.faults());
        if (copied.bytes() == 0) {
          return faultAt(offset);
        }
        done += (int) copied.bytes();
      } finally {
        open.leave();
      }
    }
    return HostAccess.DONE;
  }

  private boolean isInside(long offset) {
    return Long.compareUnsigned(offset, mapped.length()) < 0;
  }

  /** Says why an offset cannot be touched. The kernel says only that it cannot. */
  private HostAccess.Fault faultAt(long offset) {
    long page = offset >>> Page.SHIFT;
    if (!isInside(offset) || open.isClosed()) {
      return new HostAccess.Fault(Signal.SIGSEGV, "page " + page + " is not mapped");
    }
    if (page >= memory.pages()) {
      return new HostAccess.Fault(Signal.SIGBUS, "page " + page + " lies past the memory's end");
    }
    return new HostAccess.Fault(
        Signal.SIGBUS,
        memory.shareability(new PageIndex(page)) == Shareability.PRIVATE
            ? "page " + page + " is private"
            : "no memory for page " + page);
  }

  /**
   * {@inheritDoc}
   *
   * <p>A short-term reference is a pipe's, a long-term one a registered buffer's of io_uring. A
   * transient one cannot be taken on purpose: EINVAL.
   */
  @Override
  public KernelResult<Pin> pin(
      PageIndex page, ReferenceKind kind, Accessor accessor, String holder) {
    long offset = page.offset().value();
    if (!isInside(offset) || !open.enter()) {
      return KernelResult.failed(Errno.EFAULT, faultAt(offset).reason());
    }
    try {
      return memory.whileStatesStand(() -> take(page, kind, accessor, holder));
    } catch (KernelException refused) {
      return refused.errno() == Errno.EFAULT
          ? KernelResult.failed(Errno.EFAULT, faultAt(offset).reason())
          : refused.toFailure();
    } finally {
      open.leave();
    }
  }

  private KernelResult<Pin> take(
      PageIndex page, ReferenceKind kind, Accessor accessor, String holder) {
    long address = mapped.address() + page.offset().value();
    boolean absent = !copy.isMapped(address);
    KernelReference reference =
        switch (kind) {
          case SHORT_TERM -> PipeReference.take(syscalls, address);
          case LONG_TERM -> RingReference.take(syscalls, address);
          case TRANSIENT ->
              throw new KernelException(Errno.EINVAL, "only the kernel takes such a reference");
        };
    Pin pin = new KvmPin(memory.pins(), reference, page, kind, accessor, holder);
    memory.pins().add(pin);
    faults.addAndGet(absent ? 1 : 0);
    return KernelResult.ok(pin);
  }

  @Override
  public void drop(PageRange pages) {
    long from = pages.first().offset().value();
    if (isInside(from) && open.enter()) {
      try {
        long length =
            Math.min(mapped.length() >>> Page.SHIFT, pages.endExclusive()) * Page.BYTES - from;
        syscalls
            .madvise(mapped.address() + from, length, Linux.MADV_DONTNEED)
            .orThrow("cannot drop " + pages);
      } finally {
        open.leave();
      }
    }
  }

  @Override
  public boolean isMapped(PageIndex page) {
    long offset = page.offset().value();
    if (!isInside(offset) || !open.enter()) {
      return false;
    }
    try {
      return copy.isMapped(mapped.address() + offset);
    } finally {
      open.leave();
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>Counted are the accesses made through this object; those of other threads to the same page
   * at the same time may be counted too, those through {@link #bytes} are not.
   */
  @Override
  public long faults() {
    return faults.get();
  }

  @Override
  public HostMapping duplicate() {
    if (!open.enter()) {
      return this;
    }
    try {
      Mapped second = memory.mapAgain(mapped);
      copy.enterFor();
      return new KvmMapping(syscalls, memory, second, copy);
    } finally {
      open.leave();
    }
  }

  @Override
  public void close() {
    open.close();
  }
}
