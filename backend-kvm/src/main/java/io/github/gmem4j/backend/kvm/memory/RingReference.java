package io.github.gmem4j.backend.kvm.memory;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.github.gmem4j.api.memory.KernelException;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.backend.kvm.lifetime.Acquired;
import io.github.gmem4j.backend.kvm.lifetime.Descriptor;
import io.github.gmem4j.backend.kvm.syscall.Linux;
import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A page that is a registered buffer of io_uring: pinned as a device's buffer is, for as long as
 * its owner likes. Bytes move between the page and a file, as a device moves them.
 *
 * @param syscalls how calls are made
 * @param ring whose buffer the page is
 * @param file the other end of every move
 * @param address where the page is mapped
 */
record RingReference(Syscalls syscalls, Ring ring, Descriptor file, long address)
    implements KernelReference {
  /**
   * Takes the reference.
   *
   * @throws KernelException EFAULT if the page cannot be touched
   */
  static RingReference take(Syscalls syscalls, long address) {
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
      return acquired.keep(new RingReference(syscalls, ring, file, address));
    }
  }

  @Override
  public byte load(int inPage) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment one = arena.allocate(1);
      file.call(fd -> ring.move(Ring.Direction.OUT_OF_BUFFER, fd, address + inPage, 1))
          .orThrow("cannot load from a registered buffer");
      file.call(fd -> syscalls.pread(fd, one.address(), 1, 0)).orThrow("cannot read the file");
      return one.get(JAVA_BYTE, 0);
    }
  }

  @Override
  public void store(int inPage, byte value) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment one = arena.allocate(1);
      one.set(JAVA_BYTE, 0, value);
      file.call(fd -> syscalls.pwrite(fd, one.address(), 1, 0)).orThrow("cannot write the file");
      file.call(fd -> ring.move(Ring.Direction.INTO_BUFFER, fd, address + inPage, 1))
          .orThrow("cannot store to a registered buffer");
    }
  }

  @Override
  public void close() {
    ring.close();
    file.close();
  }
}
