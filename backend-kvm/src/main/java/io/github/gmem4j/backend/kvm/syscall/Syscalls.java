package io.github.gmem4j.backend.kvm.syscall;

import java.lang.foreign.MemorySegment;

/**
 * The system calls of this backend. Numbers, flags and addresses are the kernel's; nothing is
 * checked here. A file descriptor of -1 is answered with EBADF. Implementations are thread-safe.
 */
public interface Syscalls {
  /** {@code open(2)}. Yields a file descriptor. */
  Returned open(String path, int flags);

  /** {@code close(2)}. */
  Returned close(int fd);

  /** {@code ioctl(2)} with a plain number. */
  Returned ioctl(int fd, long request, long argument);

  /** {@code ioctl(2)} with a pointer to a struct, which the kernel may write to. */
  Returned ioctl(int fd, long request, MemorySegment argument);

  /** {@code mmap(2)} wherever there is room. Yields an address. */
  Returned mmap(long length, int protection, int flags, int fd, long offset);

  /** {@code mmap(2)} with {@code MAP_FIXED}: takes the place of whatever is mapped there. */
  Returned mapOver(long address, long length, int protection, int flags, int fd, long offset);

  /** {@code munmap(2)}. */
  Returned munmap(long address, long length);

  /**
   * {@code mremap(2)} from an old length of 0: maps the same pages once more. Yields an address.
   */
  Returned mapAgain(long address, long length);

  /** {@code madvise(2)}. */
  Returned madvise(long address, long length, int advice);

  /** {@code mincore(2)}. */
  Returned mincore(long address, long length, MemorySegment vector);

  /** {@code fallocate(2)}. */
  Returned fallocate(int fd, int mode, long offset, long length);

  /** {@code ftruncate(2)}. */
  Returned ftruncate(int fd, long length);

  /** {@code memfd_create(2)}. Yields a file descriptor. */
  Returned memfdCreate(String name, int flags);

  /** {@code read(2)} into any address, valid or not. Yields the number of bytes. */
  Returned read(int fd, long address, long count);

  /** {@code pread(2)} into any address, valid or not. Yields the number of bytes. */
  Returned pread(int fd, long address, long count, long offset);

  /** {@code pwrite(2)} from any address, valid or not. Yields the number of bytes. */
  Returned pwrite(int fd, long address, long count, long offset);

  /** {@code pipe2(2)}: writes two file descriptors. */
  Returned pipe(MemorySegment descriptors, int flags);

  /** {@code vmsplice(2)} with one vector. Yields the number of bytes. */
  Returned vmsplice(int fd, MemorySegment vector, int flags);

  /** {@code tee(2)}. Yields the number of bytes. */
  Returned tee(int in, int out, long length, int flags);

  /** {@code syscall(2)} with a number of its own, for calls the C library has no name for. */
  Returned syscall(long number, long a, long b, long c, long d, long e, long f);

  /** {@code gettid(2)}. */
  Returned gettid();

  /** {@code tgkill(2)} within this process. */
  Returned signalThread(int thread, int signal);

  /**
   * Makes a signal interrupt system calls and do nothing else. Yields the number of a real-time
   * signal that nobody else in this process handles. Doing so again yields the same.
   */
  Returned kickSignal();
}
