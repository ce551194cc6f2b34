package io.github.gmem4j.backend.kvm.memory;

import io.github.gmem4j.api.memory.KernelException;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.backend.kvm.layout.RingStructs;
import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A page in a pipe, put there by {@code vmsplice(2)}: a plain reference, no copy. */
record PipeReference(Syscalls syscalls, Pipe pipe) implements KernelReference {
  /**
   * Takes the reference.
   *
   * @throws KernelException EFAULT if the page cannot be touched
   */
  static PipeReference take(Syscalls syscalls, long address) {
    Pipe pipe = Pipe.create(syscalls);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment vector = RingStructs.vector(arena, address, Page.BYTES);
      pipe.in()
          .call(fd -> syscalls.vmsplice(fd, vector, 0))
          .orThrow("cannot put a page into a pipe");
      return new PipeReference(syscalls, pipe);
    } catch (KernelException e) {
      pipe.close();
      throw e;
    }
  }

  /** {@inheritDoc} The page stays in its pipe: a second pipe gets the same page and is read. */
  @Override
  public byte load(int inPage) {
    try (Pipe second = Pipe.create(syscalls);
        Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(Page.BYTES);
      pipe.out()
          .call(from -> second.in().call(to -> syscalls.tee(from, to, Page.BYTES, 0)))
          .orThrow("cannot look into the pipe");
      second
          .out()
          .call(fd -> syscalls.read(fd, bytes.address(), Page.BYTES))
          .orThrow("cannot read the pipe");
      return bytes.get(ValueLayout.JAVA_BYTE, inPage);
    }
  }

  @Override
  public void store(int inPage, byte value) {
    throw new UnsupportedOperationException("a pipe does not store; a long-term pin does");
  }

  @Override
  public void close() {
    pipe.close();
  }
}
