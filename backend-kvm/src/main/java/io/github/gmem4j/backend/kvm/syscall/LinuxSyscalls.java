package io.github.gmem4j.backend.kvm.syscall;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The real system calls, by way of the C library.
 *
 * <p>Each thread has one place where the linker leaves its errno, so that a call allocates nothing
 * outside the heap. Pointers that the kernel is to judge are handed over as plain numbers: the
 * kernel answers a bad one with EFAULT, and no Java code touches it.
 */
public final class LinuxSyscalls implements Syscalls {
  /** The one instance. */
  public static final LinuxSyscalls INSTANCE = new LinuxSyscalls();

  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final long ERRNO = STATE.byteOffset(PathElement.groupElement("errno"));
  private static final ThreadLocal<MemorySegment> CAPTURE =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(STATE));

  private static final MethodHandle OPEN = variadic("open", 2, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle CLOSE = plain("close", JAVA_INT, JAVA_INT);
  private static final MethodHandle IOCTL_NUMBER =
      variadic("ioctl", 2, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle IOCTL_POINTER =
      variadic("ioctl", 2, JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS);
  private static final MethodHandle MMAP =
      plain("mmap", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
  private static final MethodHandle MUNMAP = plain("munmap", JAVA_INT, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle MREMAP =
      variadic("mremap", 4, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT);
  private static final MethodHandle MADVISE =
      plain("madvise", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
  private static final MethodHandle MINCORE =
      plain("mincore", JAVA_INT, JAVA_LONG, JAVA_LONG, ADDRESS);
  private static final MethodHandle FALLOCATE =
      plain("fallocate", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle FTRUNCATE = plain("ftruncate", JAVA_INT, JAVA_INT, JAVA_LONG);
  private static final MethodHandle MEMFD_CREATE =
      plain("memfd_create", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle READ = plain("read", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle PREAD =
      plain("pread", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle PWRITE =
      plain("pwrite", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle PIPE = plain("pipe2", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle VMSPLICE =
      plain("vmsplice", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
  private static final MethodHandle TEE =
      plain("tee", JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
  private static final MethodHandle SYSCALL =
      variadic(
          "syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
          JAVA_LONG);
  private static final MethodHandle GETTID = plain("gettid", JAVA_INT);
  private static final MethodHandle TGKILL =
      plain("tgkill", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);

  private static final int MREMAP_MAYMOVE = 1;
  private static final int PROCESS = Math.toIntExact(ProcessHandle.current().pid());

  private LinuxSyscalls() {}

  private static MethodHandle plain(String name, ValueLayout returned, ValueLayout... parameters) {
    return bind(
        name, FunctionDescriptor.of(returned, parameters), Linker.Option.captureCallState("errno"));
  }

  /** On x86-64 a variadic call also passes the number of vector registers in use. */
  private static MethodHandle variadic(
      String name, int firstVariadic, ValueLayout returned, ValueLayout... parameters) {
    return bind(
        name,
        FunctionDescriptor.of(returned, parameters),
        Linker.Option.captureCallState("errno"),
        Linker.Option.firstVariadicArg(firstVariadic));
  }

  // The descriptors above are the C library's prototypes; a wrong one would corrupt the process.
  @SuppressWarnings("restricted")
  private static MethodHandle bind(
      String name, FunctionDescriptor descriptor, Linker.Option... options) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor, options);
  }

  /** Makes of a return value, and of what the linker saw in errno, one answer. */
  private static Returned answer(MemorySegment state, long value) {
    return value == -1 ? Returned.failure(state.get(JAVA_INT, ERRNO)) : Returned.of(value);
  }

  /** A downcall throws nothing of its own: what comes is an error of the JVM or of this class. */
  private static RuntimeException unexpected(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    return thrown instanceof RuntimeException e ? e : new IllegalStateException(thrown);
  }

  @Override
  public Returned open(String path, int flags) {
    MemorySegment state = CAPTURE.get();
    try (Arena arena = Arena.ofConfined()) {
      return answer(state, (int) OPEN.invokeExact(state, arena.allocateFrom(path), flags));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public Returned close(int fd) {
    MemorySegment state = CAPTURE.get();
    try {
      return answer(state, (int) CLOSE.invokeExact(state, fd));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public Returned ioctl(int fd, long request, long argument) {
    MemorySegment state = CAPTURE.get();
    try {
      return answer(state, (int) IOCTL_NUMBER.invokeExact(state, fd, request, argument));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public Returned ioctl(int fd, long request, MemorySegment argument) {
    MemorySegment state = CAPTURE.get();
    try {
      return answer(state, (int) IOCTL_POINTER.invokeExact(state, fd, request, argument));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public Returned mmap(long length, int protection, int flags, int fd, long offset) {
    return map(0, length, protection, flags, fd, offset);
  }

  @Override
  public Returned mapOver(
      long address, long length, int protection, int flags, int fd, long offset) {
    return map(address, length, protection, flags | Linux.MAP_FIXED, fd, offset);
  }

  private static Returned map(
      long address, long length, int protection, int flags, int fd, long offset) {
    MemorySegment state = CAPTURE.get();
    try {
      return answer(
          state, (long) MMAP.invokeExact(state, address, length, protection, flags, fd, offset));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public Returned munmap(long address, long length) {
    MemorySegment state = CAPTURE.get();
    try {
      return answer(state, (int) MUNMAP.invokeExact(state, address, length));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public Returned mapAgain(long address, long length) {
    MemorySegment state = CAPTURE.get();
    try {
      return answer(state, (long) MREMAP.invokeExact(state, address, 0L, length, MREMAP_MAYMOVE));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public Returned madvise(long address, long length, int advice) {
    MemorySegment state = CAPTURE.get();
    try {
      return answer(state, (int) MADVISE.invokeExact(state, address, length, advice));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public Returned mincore(long address, long length, MemorySegment vector) {
    MemorySegment state = CAPTURE.get();
    try {
      return answer(state, (int) MINCORE.invokeExact(state, address, length, vector));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public Returned fallocate(int fd, int mode, long offset, long length) {
    MemorySegment state = CAPTURE.get();
    try {
      return answer(state, (int) FALLOCATE.invokeExact(state, fd, mode, offset, length));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public Returned ftruncate(int fd, long length) {
    MemorySegment state = CAPTURE.get();
    try {
      return answer(state, (int) FTRUNCATE.invokeExact(state, fd, length));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public Returned memfdCreate(String name, int flags) {
    MemorySegment state = CAPTURE.get();
    try (Arena arena = Arena.ofConfined()) {
      return answer(state, (int) MEMFD_CREATE.invokeExact(state, arena.allocateFrom(name), flags));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public Returned read(int fd, long address, long count) {
    MemorySegment state = CAPTURE.get();
    try {
      return answer(state, (long) READ.invokeExact(state, fd, address, count));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public Returned pread(int fd, long address, long count, long offset) {
    MemorySegment state = CAPTURE.get();
    try {
      return answer(state, (long) PREAD.invokeExact(state, fd, address, count, offset));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public Returned pwrite(int fd, long address, long count, long offset) {
    MemorySegment state = CAPTURE.get();
    try {
      return answer(state, (long) PWRITE.invokeExact(state, fd, address, count, offset));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public Returned pipe(MemorySegment descriptors, int flags) {
    MemorySegment state = CAPTURE.get();
    try {
      return answer(state, (int) PIPE.invokeExact(state, descriptors, flags));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public Returned vmsplice(int fd, MemorySegment vector, int flags) {
    MemorySegment state = CAPTURE.get();
    try {
      return answer(state, (long) VMSPLICE.invokeExact(state, fd, vector, 1L, flags));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public Returned tee(int in, int out, long length, int flags) {
    MemorySegment state = CAPTURE.get();
    try {
      return answer(state, (long) TEE.invokeExact(state, in, out, length, flags));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public Returned syscall(long number, long a, long b, long c, long d, long e, long f) {
    MemorySegment state = CAPTURE.get();
    try {
      return answer(state, (long) SYSCALL.invokeExact(state, number, a, b, c, d, e, f));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public Returned gettid() {
    MemorySegment state = CAPTURE.get();
    try {
      return answer(state, (int) GETTID.invokeExact(state));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public Returned signalThread(int thread, int signal) {
    MemorySegment state = CAPTURE.get();
    try {
      return answer(state, (int) TGKILL.invokeExact(state, PROCESS, thread, signal));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  @Override
  public Returned kickSignal() {
    return KickSignal.INSTALLED;
  }
}
