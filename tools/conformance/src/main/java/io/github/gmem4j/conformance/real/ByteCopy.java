package io.github.gmem4j.conformance.real;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.Signal;
import io.github.gmem4j.backend.kvm.syscall.Linux;
import io.github.gmem4j.backend.kvm.syscall.Returned;
import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Copies bytes between arrays and any address of this process, mapped or not: the kernel copies by
 * way of a file of one page, and answers EFAULT where a load or store would be a signal. Not
 * thread-safe.
 */
final class ByteCopy implements AutoCloseable {
  private final Syscalls syscalls;
  private final int fd;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment page = arena.allocate(Page.BYTES);

  /**
   * Creates one.
   *
   * @throws io.github.gmem4j.api.memory.KernelException if the kernel refuses
   */
  ByteCopy(Syscalls syscalls) {
    this.syscalls = syscalls;
    this.fd =
        syscalls
            .memfdCreate("gmem4j-bytes", Linux.MFD_CLOEXEC)
            .orThrow("cannot create a file to copy through")
            .asInt();
  }

  /** Copies from an address. */
  HostAccess load(long address, byte[] into) {
    Returned done = syscalls.pwrite(fd, address, into.length, 0);
    if (!done.failed()) {
      syscalls.pread(fd, page.address(), into.length, 0).orThrow("cannot read the file");
      MemorySegment.copy(page, ValueLayout.JAVA_BYTE, 0, into, 0, into.length);
    }
    return answer(done, address);
  }

  /** Copies to an address. */
  HostAccess store(long address, byte[] from) {
    MemorySegment.copy(from, 0, page, ValueLayout.JAVA_BYTE, 0, from.length);
    syscalls.pwrite(fd, page.address(), from.length, 0).orThrow("cannot write the file");
    return answer(syscalls.pread(fd, address, from.length, 0), address);
  }

  // An area is as long as what lies behind it, so that nothing but a hole faults.
  private static HostAccess answer(Returned done, long address) {
    if (!done.failed()) {
      return HostAccess.DONE;
    }
    if (!done.failedWith(Errno.EFAULT)) {
      done.orThrow("cannot copy");
    }
    return new HostAccess.Fault(
        Signal.SIGSEGV, "nothing is mapped at 0x" + Long.toHexString(address));
  }

  @Override
  public void close() {
    syscalls.close(fd);
    arena.close();
  }
}
