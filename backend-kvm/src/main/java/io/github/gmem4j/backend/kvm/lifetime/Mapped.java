package io.github.gmem4j.backend.kvm.lifetime;

import io.github.gmem4j.backend.kvm.syscall.Linux;
import io.github.gmem4j.backend.kvm.syscall.Returned;
import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;

/** A mapping in this process. It goes when it is closed and nobody is inside. Thread-safe. */
public final class Mapped implements AutoCloseable {
  private final long address;
  private final long length;
  private final Counted counted;

  /** Takes over a mapping. */
  public Mapped(Syscalls syscalls, long address, long length) {
    this.address = address;
    this.length = length;
    this.counted = new Counted(() -> syscalls.munmap(address, length));
  }

  /**
   * Maps a whole file from its start, shared, to load and store.
   *
   * @throws io.github.gmem4j.api.memory.KernelException if the kernel refuses
   */
  public static Mapped file(Syscalls syscalls, Descriptor file, long length, String what) {
    Returned at =
        file.call(fd -> syscalls.mmap(length, Linux.PROT_READ_WRITE, Linux.MAP_SHARED, fd, 0));
    return new Mapped(syscalls, at.orThrow("cannot map " + what).value(), length);
  }

  /**
   * Maps fresh zeroed memory.
   *
   * @throws io.github.gmem4j.api.memory.KernelException if the kernel refuses
   */
  public static Mapped fresh(Syscalls syscalls, long length, String what) {
    Returned at = syscalls.mmap(length, Linux.PROT_READ_WRITE, Linux.MAP_ANONYMOUS_LAZY, -1, 0);
    return new Mapped(syscalls, at.orThrow("cannot map " + what).value(), length);
  }

  /** Returns where it begins. */
  public long address() {
    return address;
  }

  /** Returns its length in bytes. */
  public long length() {
    return length;
  }

  /**
   * Returns its bytes. Good only for memory in which every touch is served, and only inside {@link
   * #within} or while its owner keeps it open: a touch of anything else is a signal that ends the
   * process.
   */
  // The address and length are those of a mapping that this object owns.
  @SuppressWarnings("restricted")
  public MemorySegment bytes() {
    return MemorySegment.ofAddress(address).reinterpret(length);
  }

  /** Enters, unless it is closed; then there is no mapping until {@link #leave}. */
  public boolean enter() {
    return counted.enter();
  }

  /** Leaves. */
  public void leave() {
    counted.leave();
  }

  /** Does something while the mapping cannot go, or something else if it is gone. */
  public <T> T within(Supplier<T> inside, Supplier<T> gone) {
    if (!counted.enter()) {
      return gone.get();
    }
    try {
      return inside.get();
    } finally {
      counted.leave();
    }
  }

  /** Tells whether it is closed. */
  public boolean isClosed() {
    return counted.isClosed();
  }

  /** Unmaps once everybody has left. Closing again has no effect. */
  @Override
  public void close() {
    counted.close();
  }
}
