package io.github.gmem4j.backend.kvm.memory;

import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.backend.kvm.lifetime.Acquired;
import io.github.gmem4j.backend.kvm.lifetime.Counted;
import io.github.gmem4j.backend.kvm.lifetime.Descriptor;
import io.github.gmem4j.backend.kvm.lifetime.Mapped;
import io.github.gmem4j.backend.kvm.syscall.Linux;
import io.github.gmem4j.backend.kvm.syscall.Returned;
import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Copies between Java arrays and addresses whose touch may fault.
 *
 * <p>A private page answers a touch with SIGBUS, which the JVM reports late or not at all. So the
 * kernel copies instead, by way of a small file of our own: it answers EFAULT, exactly at the page,
 * and takes no reference on it that a conversion could meet. Thread-safe.
 */
public final class HostCopy implements AutoCloseable {
  /** Most bytes in one copy. */
  static final int CHUNK = 16 * Page.BYTES;

  /** The pages that a chunk can touch, one pagemap entry each. */
  private static final int ENTRIES = CHUNK / Page.BYTES + 1;

  private static final long PRESENT = 1L << 63;

  private final Syscalls syscalls;
  private final Descriptor file;
  private final Descriptor pagemap;
  private final Mapped window;
  private final MemorySegment bytes;
  private final Counted counted;
  private final ReentrantLock lock = new ReentrantLock();

  private HostCopy(Syscalls syscalls, Descriptor file, Descriptor pagemap, Mapped window) {
    this.syscalls = syscalls;
    this.file = file;
    this.pagemap = pagemap;
    this.window = window;
    this.bytes = window.bytes();
    this.counted =
        new Counted(() -> {
          window.close();
          pagemap.close();
          file.close();
        });
  }

  /**
   * Creates one.
   *
   * @throws io.github.gmem4j.api.memory.KernelException if the kernel refuses what it needs
   */
  public static HostCopy create(Syscalls syscalls) {
    try (Acquired acquired = new Acquired()) {
      Returned created =
          syscalls
              .memfdCreate("gmem4j-copy", Linux.MFD_CLOEXEC)
              .orThrow("cannot create a file to copy through");
      Descriptor file = acquired.add(new Descriptor(syscalls, created.asInt()));
      long length = CHUNK + Page.BYTES;
      file.call(fd -> syscalls.ftruncate(fd, length)).orThrow("cannot size the file");
      Returned opened =
          syscalls
              .open("/proc/self/pagemap", Linux.O_RDONLY | Linux.O_CLOEXEC)
              .orThrow("cannot read this process's page table");
      Descriptor pagemap = acquired.add(new Descriptor(syscalls, opened.asInt()));
      Mapped window = acquired.add(Mapped.file(syscalls, file, length, "the file to copy through"));
      return acquired.keep(new HostCopy(syscalls, file, pagemap, window));
    }
  }

  /** Enters, unless it is closed. */
  public boolean enter() {
    return counted.enter();
  }

  /** Enters on behalf of somebody else. Only for those who are inside. */
  void enterFor() {
    counted.enterFor();
  }

  /** Leaves. */
  public void leave() {
    counted.leave();
  }

  /**
   * What a copy did.
   *
   * @param bytes how many bytes were copied; fewer than wanted where the next page faults
   * @param faults how many of the pages copied had no entry in the page table before
   */
  record Copied(long bytes, long faults) {}

  /** Copies at most {@link #CHUNK} bytes out of an address. */
  Copied load(long address, byte[] into, int at, int length) {
    lock.lock();
    try {
      long absent = absent(address, length);
      Returned done = file.call(fd -> syscalls.pwrite(fd, address, length, 0));
      int copied = done.failed() ? 0 : done.asInt();
      MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, 0, into, at, copied);
      return new Copied(copied, filled(absent, address, copied));
    } finally {
      lock.unlock();
    }
  }

  /** Copies at most {@link #CHUNK} bytes to an address. */
  Copied store(long address, byte[] from, int at, int length) {
    lock.lock();
    try {
      long absent = absent(address, length);
      MemorySegment.copy(from, at, bytes, ValueLayout.JAVA_BYTE, 0, length);
      Returned done = file.call(fd -> syscalls.pread(fd, address, length, 0));
      int copied = done.failed() ? 0 : done.asInt();
      return new Copied(copied, filled(absent, address, copied));
    } finally {
      lock.unlock();
    }
  }

  /** Tells whether the page table has an entry for an address. */
  boolean isMapped(long address) {
    lock.lock();
    try {
      return absent(address, 1) == 0;
    } finally {
      lock.unlock();
    }
  }

  /** Returns a bit for each page of some bytes, set where the page table has no entry. */
  private long absent(long address, int length) {
    long first = address >>> Page.SHIFT;
    int pages = (int) ((address + length - 1 >>> Page.SHIFT) - first) + 1;
    long entries = window.address() + CHUNK;
    Returned read =
        pagemap.call(
            fd -> syscalls.pread(fd, entries, (long) pages * Long.BYTES, first * Long.BYTES));
    int known = read.failed() ? 0 : Math.min(ENTRIES, read.asInt() / Long.BYTES);
    long absent = 0;
    for (int i = 0; i < known; i++) {
      if ((bytes.get(ValueLayout.JAVA_LONG, CHUNK + (long) i * Long.BYTES) & PRESENT) == 0) {
        absent |= 1L << i;
      }
    }
    return absent;
  }

  /** Counts the absent pages among those that the first bytes of a copy touched. */
  private static long filled(long absent, long address, int copied) {
    if (copied == 0) {
      return 0;
    }
    long pages = (address + copied - 1 >>> Page.SHIFT) - (address >>> Page.SHIFT) + 1;
    return Long.bitCount(absent & (1L << pages) - 1);
  }

  /** Closes it once everybody has left. Closing again has no effect. */
  @Override
  public void close() {
    counted.close();
  }
}
