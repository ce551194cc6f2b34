package io.github.gmem4j.backend.kvm.memory;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.backend.kvm.layout.RingStructs;
import io.github.gmem4j.backend.kvm.lifetime.Acquired;
import io.github.gmem4j.backend.kvm.lifetime.Descriptor;
import io.github.gmem4j.backend.kvm.lifetime.Mapped;
import io.github.gmem4j.backend.kvm.syscall.Linux;
import io.github.gmem4j.backend.kvm.syscall.Returned;
import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * An io_uring with one entry and one registered buffer. One request at a time: the caller waits for
 * it. Thread-safe.
 */
final class Ring implements AutoCloseable {
  /** Which way bytes move. */
  enum Direction {
    /** From a file into the buffer: {@code IORING_OP_READ_FIXED}. */
    INTO_BUFFER(4),
    /** From the buffer into a file: {@code IORING_OP_WRITE_FIXED}. */
    OUT_OF_BUFFER(5);

    private final int opcode;

    Direction(int opcode) {
      this.opcode = opcode;
    }
  }

  private static final long REGISTER_BUFFERS = 0;
  private static final long UNREGISTER_BUFFERS = 1;
  private static final long GET_EVENTS = 1;
  private static final long SUBMISSIONS_OFFSET = 0x10000000L;

  private final Syscalls syscalls;
  private final Descriptor file;
  private final Mapped rings;
  private final Mapped submissions;
  private final long submissionHead;
  private final long submissionTail;
  private final long array;
  private final long completionHead;
  private final long completionTail;
  private final long completions;
  private final int completionMask;

  private Ring(
      Syscalls syscalls, Descriptor file, Mapped rings, Mapped submissions, MemorySegment params) {
    this.syscalls = syscalls;
    this.file = file;
    this.rings = rings;
    this.submissions = submissions;
    this.submissionHead = RingStructs.SQ_HEAD.get(params);
    this.submissionTail = RingStructs.SQ_TAIL.get(params);
    this.array = RingStructs.SQ_ARRAY.get(params);
    this.completionHead = RingStructs.CQ_HEAD.get(params);
    this.completionTail = RingStructs.CQ_TAIL.get(params);
    this.completions = RingStructs.CQ_ENTRIES_AT.get(params);
    this.completionMask = RingStructs.CQ_ENTRIES.get(params) - 1;
  }

  /**
   * Creates a ring.
   *
   * @throws io.github.gmem4j.api.memory.KernelException if the kernel has none or allows none
   */
  static Ring create(Syscalls syscalls) {
    try (Arena arena = Arena.ofConfined();
        Acquired acquired = new Acquired()) {
      MemorySegment params = RingStructs.params(arena);
      int created =
          syscalls
              .syscall(Linux.SYS_IO_URING_SETUP, 1, params.address(), 0, 0, 0, 0)
              .orThrow("this kernel gives no io_uring")
              .asInt();
      Descriptor file = acquired.add(new Descriptor(syscalls, created));
      long entries = RingStructs.SQ_ENTRIES.get(params);
      // Since Linux 5.4 one mapping holds both queues.
      long length =
          Math.max(
              RingStructs.SQ_ARRAY.get(params) + entries * Integer.BYTES,
              RingStructs.CQ_ENTRIES_AT.get(params)
                  + RingStructs.CQ_ENTRIES.get(params) * RingStructs.COMPLETION_BYTES);
      Mapped rings = acquired.add(Mapped.file(syscalls, file, length, "the rings"));
      long bytes = entries * RingStructs.SUBMISSION_BYTES;
      long at =
          file.call(fd ->
                  syscalls.mmap(
                      bytes, Linux.PROT_READ_WRITE, Linux.MAP_SHARED, fd, SUBMISSIONS_OFFSET))
              .orThrow("cannot map the submission entries")
              .value();
      Mapped submissions = acquired.add(new Mapped(syscalls, at, bytes));
      return acquired.keep(new Ring(syscalls, file, rings, submissions, params));
    }
  }

  /**
   * Pins some bytes as the ring's buffer.
   *
   * @throws io.github.gmem4j.api.memory.KernelException EFAULT if they cannot be touched
   */
  void register(long address, long length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment vector = RingStructs.vector(arena, address, length);
      file.call(fd ->
              syscalls.syscall(
                  Linux.SYS_IO_URING_REGISTER, fd, REGISTER_BUFFERS, vector.address(), 1, 0, 0))
          .orThrow("cannot register a buffer");
    }
  }

  /** Moves bytes between the start of a file and the buffer, and waits for it. */
  synchronized Returned move(Direction direction, int with, long address, int length) {
    MemorySegment entry = submissions.bytes();
    entry.fill((byte) 0);
    RingStructs.OPCODE.set(entry, (byte) direction.opcode);
    RingStructs.FD.set(entry, with);
    RingStructs.ADDRESS.set(entry, address);
    RingStructs.LENGTH.set(entry, length);
    MemorySegment shared = rings.bytes();
    shared.set(JAVA_INT, array, 0);
    VarHandle.releaseFence();
    shared.set(JAVA_INT, submissionTail, shared.get(JAVA_INT, submissionTail) + 1);
    VarHandle.fullFence();
    Returned entered = enter(1);
    // A wait that is interrupted after the request was taken is a success without a completion.
    while (!entered.failed() && nothingCompleted(shared)) {
      entered = enter(0);
    }
    if (entered.failed()) {
      // What the kernel did not take is taken back.
      shared.set(JAVA_INT, submissionTail, shared.get(JAVA_INT, submissionHead));
      return entered;
    }
    return reap(shared, length);
  }

  private Returned enter(int requests) {
    return file.call(
        fd -> syscalls.syscall(Linux.SYS_IO_URING_ENTER, fd, requests, 1, GET_EVENTS, 0, 0));
  }

  private boolean nothingCompleted(MemorySegment shared) {
    VarHandle.acquireFence();
    return shared.get(JAVA_INT, completionHead) == shared.get(JAVA_INT, completionTail);
  }

  private Returned reap(MemorySegment shared, int length) {
    int at = shared.get(JAVA_INT, completionHead);
    long entry = completions + (at & completionMask) * RingStructs.COMPLETION_BYTES;
    int result = RingStructs.RESULT.get(shared.asSlice(entry, RingStructs.COMPLETION_BYTES));
    VarHandle.releaseFence();
    shared.set(JAVA_INT, completionHead, at + 1);
    if (result < 0) {
      return Returned.failure(-result);
    }
    return result == length ? Returned.of(result) : Returned.failure(Errno.EIO.number());
  }

  /**
   * Lets the buffer go at once: closing the file alone would leave that to the kernel's leisure.
   */
  @Override
  public void close() {
    file.call(
        fd -> syscalls.syscall(Linux.SYS_IO_URING_REGISTER, fd, UNREGISTER_BUFFERS, 0, 0, 0, 0));
    submissions.close();
    rings.close();
    file.close();
  }
}
