package io.github.gmem4j.backend.kvm.fake;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;

/** What a file descriptor of the fake kernel stands for. */
sealed interface FakeFile
    permits FakeFile.Device,
        FakeFile.Plain,
        FakeFile.Pagemap,
        FakeFile.Pipe,
        FakeFile.Ring,
        FakeGmem,
        FakeVm,
        FakeVcpu {
  /** {@code /dev/kvm}. */
  record Device() implements FakeFile {}

  /** A memfd. */
  final class Plain implements FakeFile {
    MemorySegment bytes = Arena.ofAuto().allocate(4096);
  }

  /** {@code /proc/self/pagemap}. */
  record Pagemap() implements FakeFile {}

  /** An end of a pipe. */
  record Pipe(Deque<FakeGmem.Folio> content) implements FakeFile {
    Pipe() {
      this(new ArrayDeque<>());
    }
  }

  /** An io_uring. */
  final class Ring implements FakeFile {
    MemorySegment rings = MemorySegment.NULL;
    MemorySegment entries = MemorySegment.NULL;
    boolean waiting;
    long bufferAddress;
    FakeGmem.Folio buffer = FakeGmem.Folio.NONE;
  }
}
