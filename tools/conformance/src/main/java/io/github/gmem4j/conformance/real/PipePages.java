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
import java.util.stream.LongStream;

/** Pages of this process that a pipe refers to. */
final class PipePages implements HeldPages {
  /** Room for this many pages; a pipe has 16 at first. */
  private static final long MOST_PAGES = 64;

  private final Syscalls syscalls;
  private final int out;
  private final int in;
  private int count;

  private PipePages(Syscalls syscalls, int out, int in) {
    this.syscalls = syscalls;
    this.out = out;
    this.in = in;
  }

  /** Makes a pipe refer to pages, up to the first that cannot be touched. */
  static KernelResult<HeldPages> take(Syscalls syscalls, long address, long length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ends = arena.allocate(ValueLayout.JAVA_INT, 2);
      syscalls.pipe(ends, Linux.O_CLOEXEC | Linux.O_NONBLOCK).orThrow("cannot create a pipe");
      PipePages pages =
          new PipePages(
              syscalls,
              ends.getAtIndex(ValueLayout.JAVA_INT, 0),
              ends.getAtIndex(ValueLayout.JAVA_INT, 1));
      Returned sized =
          syscalls.syscall(
              Calls.FCNTL, pages.in, Calls.F_SETPIPE_SZ, MOST_PAGES * Page.BYTES, 0, 0, 0);
      Returned spliced =
          sized.failed()
              ? sized
              : syscalls.vmsplice(
                  pages.in, arena.allocateFrom(ValueLayout.JAVA_LONG, address, length), 0);
      if (spliced.failed()) {
        pages.release();
        return spliced.toFailure("cannot put pages into a pipe");
      }
      pages.count = (int) (spliced.value() / Page.BYTES);
      return KernelResult.ok(pages);
    }
  }

  @Override
  public int count() {
    return count;
  }

  @Override
  public List<Long> firstBytes() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate((long) count * Page.BYTES);
      Returned read = syscalls.read(out, bytes.address(), bytes.byteSize());
      long whole = read.orThrow("cannot read a pipe").value() / Page.BYTES;
      return LongStream.range(0, whole)
          .mapToObj(page -> bytes.get(ValueLayout.JAVA_BYTE, page * Page.BYTES) & 0xFFL)
          .toList();
    }
  }

  @Override
  public void release() {
    syscalls.close(in);
    syscalls.close(out);
  }
}
