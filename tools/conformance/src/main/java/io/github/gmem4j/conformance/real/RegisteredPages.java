package io.github.gmem4j.conformance.real;

import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.backend.kvm.syscall.Linux;
import io.github.gmem4j.backend.kvm.syscall.Returned;
import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import io.github.gmem4j.conformance.process.HeldPages;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Pages of this process that are a registered buffer of an io_uring, which is never run: the pages
 * are pinned from registering until release.
 */
final class RegisteredPages implements HeldPages {
  /** Size of {@code struct io_uring_params}. */
  private static final long PARAMS_BYTES = 120;

  private final Syscalls syscalls;
  private final int fd;
  private final int count;

  private RegisteredPages(Syscalls syscalls, int fd, int count) {
    this.syscalls = syscalls;
    this.fd = fd;
    this.count = count;
  }

  /**
   * Pins pages: all or none.
   *
   * @throws io.github.gmem4j.api.memory.KernelException if the kernel gives no io_uring
   */
  static KernelResult<HeldPages> take(Syscalls syscalls, long address, long length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment params = arena.allocate(PARAMS_BYTES, Long.BYTES);
      int fd =
          syscalls
              .syscall(Linux.SYS_IO_URING_SETUP, 1, params.address(), 0, 0, 0, 0)
              .orThrow("this kernel gives no io_uring")
              .asInt();
      MemorySegment vector = arena.allocateFrom(ValueLayout.JAVA_LONG, address, length);
      Returned registered =
          syscalls.syscall(
              Linux.SYS_IO_URING_REGISTER, fd, Calls.REGISTER_BUFFERS, vector.address(), 1, 0, 0);
      if (registered.failed()) {
        syscalls.close(fd);
        return registered.toFailure("cannot register a buffer");
      }
      return KernelResult.ok(new RegisteredPages(syscalls, fd, (int) (length / Page.BYTES)));
    }
  }

  @Override
  public int count() {
    return count;
  }

  /** {@inheritDoc} A buffer is not read by releasing it, so nobody asks. */
  @Override
  public List<Long> firstBytes() {
    throw new UnsupportedOperationException("the ring never runs");
  }

  /** Lets go at once: closing the ring alone would leave that to the kernel's leisure. */
  @Override
  public void release() {
    syscalls.syscall(Linux.SYS_IO_URING_REGISTER, fd, Calls.UNREGISTER_BUFFERS, 0, 0, 0, 0);
    syscalls.close(fd);
  }
}
