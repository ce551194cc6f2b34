package io.github.gmem4j.backend.kvm.syscall;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.gmem4j.api.memory.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;

/**
 * A signal whose only effect is that a blocked system call returns EINTR.
 *
 * <p>Its handler is a C library function without side effects, {@code getpid}: no Java code may run
 * in a signal handler, and the default action would end the process. {@code SA_RESTART} is not set,
 * or KVM_RUN would go on.
 */
final class KickSignal {
  /** {@code struct sigaction} of the C library on x86-64. */
  private static final StructLayout SIGACTION =
      MemoryLayout.structLayout(
          JAVA_LONG.withName("handler"),
          MemoryLayout.sequenceLayout(128, JAVA_BYTE).withName("mask"),
          JAVA_INT.withName("flags"),
          MemoryLayout.paddingLayout(4),
          JAVA_LONG.withName("restorer"));

  private static final long HANDLER = SIGACTION.byteOffset(PathElement.groupElement("handler"));

  /** The first real-time signals belong to the C library's threads; 64 is the last of all. */
  private static final int FIRST = 35;

  private static final int LAST = 64;

  /** What came of installing it, once in this process. */
  static final Returned INSTALLED = install();

  private KickSignal() {}

  // sigaction(2)'s prototype is int (int, const struct sigaction *, struct sigaction *).
  @SuppressWarnings("restricted")
  private static Returned install() {
    Linker linker = Linker.nativeLinker();
    MethodHandle sigaction =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("sigaction"),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
    long harmless = linker.defaultLookup().findOrThrow("getpid").address();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment present = arena.allocate(SIGACTION);
      MemorySegment wanted = arena.allocate(SIGACTION);
      wanted.set(JAVA_LONG, HANDLER, harmless);
      for (int signal = FIRST; signal <= LAST; signal++) {
        int asked = (int) sigaction.invokeExact(signal, MemorySegment.NULL, present);
        boolean free = asked == 0 && present.get(JAVA_LONG, HANDLER) == 0;
        if (free && (int) sigaction.invokeExact(signal, wanted, MemorySegment.NULL) == 0) {
          return Returned.of(signal);
        }
      }
      return Returned.failure(Errno.EBUSY.number());
    } catch (Throwable t) {
      throw new IllegalStateException("sigaction cannot be called", t);
    }
  }
}
