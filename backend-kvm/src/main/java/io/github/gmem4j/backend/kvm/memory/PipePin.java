package io.github.gmem4j.backend.kvm.memory;

import io.github.gmem4j.api.memory.KernelException;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.backend.kvm.layout.RingStructs;
import io.github.gmem4j.backend.kvm.lifetime.Counted;
import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Instant;
import java.util.Objects;

/** A page in a pipe, put there by {@code vmsplice(2)}: a plain reference, no copy. */
final class PipePin implements Pin {
  private final Syscalls syscalls;
  private final Pipe pipe;
  private final PageIndex page;
  private final String holder;
  private final Instant since = Instant.now();
  private final Counted open;

  private PipePin(Syscalls syscalls, PinLedger ledger, Pipe pipe, PageIndex page, String holder) {
    this.syscalls = syscalls;
    this.pipe = pipe;
    this.page = page;
    this.holder = holder;
    this.open =
        new Counted(() -> {
          ledger.remove(this);
          pipe.close();
        });
  }

  /**
   * Takes the reference.
   *
   * @throws KernelException EFAULT if the page cannot be touched
   */
  static PipePin take(
      Syscalls syscalls, PinLedger ledger, long address, PageIndex page, String holder) {
    Pipe pipe = Pipe.create(syscalls);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment vector = RingStructs.vector(arena, address, Page.BYTES);
      pipe.in()
          .call(fd -> syscalls.vmsplice(fd, vector, 0))
          .orThrow("cannot put " + page + " into a pipe");
      return new PipePin(syscalls, ledger, pipe, page, holder);
    } catch (KernelException e) {
      pipe.close();
      throw e;
    }
  }

  @Override
  public PageIndex page() {
    return page;
  }

  @Override
  public String holder() {
    return holder;
  }

  @Override
  public ReferenceKind kind() {
    return ReferenceKind.SHORT_TERM;
  }

  @Override
  public Instant since() {
    return since;
  }

  /** {@inheritDoc} The page stays in its pipe: a second pipe gets the same page and is read. */
  @Override
  public byte load(int inPage) {
    Objects.checkIndex(inPage, Page.BYTES);
    if (!open.enter()) {
      throw new IllegalStateException("the pin of " + holder + " was released");
    }
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
    } finally {
      open.leave();
    }
  }

  /**
   * A pipe only reads.
   *
   * @throws UnsupportedOperationException always
   */
  @Override
  public void store(int inPage, byte value) {
    throw new UnsupportedOperationException("a pipe does not store; a long-term pin does");
  }

  @Override
  public void close() {
    open.close();
  }
}
