package io.github.gmem4j.backend.kvm.memory;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.github.gmem4j.backend.kvm.lifetime.Descriptor;
import io.github.gmem4j.backend.kvm.syscall.Linux;
import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A pipe that never blocks.
 *
 * @param out where it is read
 * @param in where it is written
 */
record Pipe(Descriptor out, Descriptor in) implements AutoCloseable {
  /**
   * Creates a pipe.
   *
   * @throws io.github.gmem4j.api.memory.KernelException if the kernel refuses
   */
  static Pipe create(Syscalls syscalls) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pair = arena.allocate(JAVA_INT, 2);
      syscalls.pipe(pair, Linux.O_CLOEXEC | Linux.O_NONBLOCK).orThrow("cannot create a pipe");
      return new Pipe(
          new Descriptor(syscalls, pair.getAtIndex(JAVA_INT, 0)),
          new Descriptor(syscalls, pair.getAtIndex(JAVA_INT, 1)));
    }
  }

  @Override
  public void close() {
    in.close();
    out.close();
  }
}
