package io.github.gmem4j.backend.kvm.memory;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.github.gmem4j.api.memory.KernelException;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.backend.kvm.lifetime.Acquired;
import io.github.gmem4j.backend.kvm.lifetime.Counted;
import io.github.gmem4j.backend.kvm.lifetime.Descriptor;
import io.github.gmem4j.backend.kvm.syscall.Linux;
import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.Objects;

/**
 * A page that is a registered buffer of io_uring: pinned as a device's buffer is, for as long as
 * its owner likes. Bytes move between the page and a file, as a device moves them.
 */
final class RingPin implements Pin {
  private final Syscalls syscalls;
  private final Ring ring;
  private final Descriptor file;
  private final long address;
  private final PageIndex page;
  private final String holder;
  private final Instant since = Instant.now();
  private final Counted open;

  private RingPin(
      Syscalls syscalls,
      PinLedger ledger,
      Ring ring,
      Descriptor file,
      long address,
      PageIndex page,
      String holder) {
    this.syscalls = syscalls;
    this.ring = ring;
    this.file = file;
    this.address = address;
    this.page = page;
    this.holder = holder;
    this.open =
        new Counted(() -> {
          ledger.remove(this);
          ring.close();
          file.close();
        });
  }

  /**
   * Takes the reference.
   *
   * @throws KernelException EFAULT if the page cannot be touched
   */
  static RingPin take(
      Syscalls syscalls, PinLedger ledger, long address, PageIndex page, String holder) {
    try (Acquired acquired = new Acquired()) {
      int created =
          syscalls
              .memfdCreate("gmem4j-pin", Linux.MFD_CLOEXEC)
              .orThrow("cannot create the file of a registered buffer")
              .asInt();
      Descriptor file = acquired.add(new Descriptor(syscalls, created));
      Ring ring = Ring.create(syscalls);
      acquired.add(ring, ring::close);
      ring.register(address, Page.BYTES);
      return acquired.keep(new RingPin(syscalls, ledger, ring, file, address, page, holder));
    }
  }

  @Override
  public PageIndex page() {
    return page;
  }

  @Override
  public String holder() {
    return holder;
  }

  @Override
  public ReferenceKind kind() {
    return ReferenceKind.LONG_TERM;
  }

  @Override
  public Instant since() {
    return since;
  }

  @Override
  public byte load(int inPage) {
    enter(inPage);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment one = arena.allocate(1);
      file.call(fd -> ring.move(Ring.Direction.OUT_OF_BUFFER, fd, address + inPage, 1))
          .orThrow("cannot load from " + page);
      file.call(fd -> syscalls.pread(fd, one.address(), 1, 0)).orThrow("cannot read the file");
      return one.get(JAVA_BYTE, 0);
    } finally {
      open.leave();
    }
  }

  @Override
  public void store(int inPage, byte value) {
    enter(inPage);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment one = arena.allocate(1);
      one.set(JAVA_BYTE, 0, value);
      file.call(fd -> syscalls.pwrite(fd, one.address(), 1, 0)).orThrow("cannot write the file");
      file.call(fd -> ring.move(Ring.Direction.INTO_BUFFER, fd, address + inPage, 1))
          .orThrow("cannot store to " + page);
    } finally {
      open.leave();
    }
  }

  private void enter(int inPage) {
    Objects.checkIndex(inPage, Page.BYTES);
    if (!open.enter()) {
      throw new IllegalStateException("the pin of " + holder + " was released");
    }
  }

  @Override
  public void close() {
    open.close();
  }
}
