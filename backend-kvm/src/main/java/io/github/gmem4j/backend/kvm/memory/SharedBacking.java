package io.github.gmem4j.backend.kvm.memory;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.vm.HostVirtualAddress;
import io.github.gmem4j.backend.kvm.lifetime.Acquired;
import io.github.gmem4j.backend.kvm.lifetime.Descriptor;
import io.github.gmem4j.backend.kvm.lifetime.Mapped;
import io.github.gmem4j.backend.kvm.syscall.Linux;
import io.github.gmem4j.backend.kvm.syscall.Returned;
import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The shared bytes of a {@link TwinMemory}: ordinary memory of the VMM. Thread-safe. */
final class SharedBacking implements AutoCloseable {
  private final Syscalls syscalls;
  private final Descriptor file;
  private final Mapped mapped;

  private SharedBacking(Syscalls syscalls, Descriptor file, Mapped mapped) {
    this.syscalls = syscalls;
    this.file = file;
    this.mapped = mapped;
  }

  /**
   * Creates zeroed memory; nothing is allocated before its first touch.
   *
   * @param size in bytes, a positive multiple of the page size
   * @throws io.github.gmem4j.api.memory.KernelException if the kernel refuses
   */
  static SharedBacking create(Syscalls syscalls, ByteCount size) {
    try (Acquired acquired = new Acquired()) {
      int created =
          syscalls
              .memfdCreate("gmem4j-shared", Linux.MFD_CLOEXEC)
              .orThrow("cannot create shared memory")
              .asInt();
      Descriptor file = acquired.add(new Descriptor(syscalls, created));
      file.call(fd -> syscalls.ftruncate(fd, size.value())).orThrow("cannot size it to " + size);
      Mapped mapped =
          acquired.add(Mapped.file(syscalls, file, size.value(), size + " bytes of shared memory"));
      return acquired.keep(new SharedBacking(syscalls, file, mapped));
    }
  }

  /** Returns where KVM finds it: all of it is always mapped there. */
  HostVirtualAddress address() {
    return new HostVirtualAddress(mapped.address());
  }

  /**
   * Maps it once more, wherever there is room.
   *
   * @throws io.github.gmem4j.api.memory.KernelException if the kernel refuses
   */
  Mapped map(long length) {
    return Mapped.file(syscalls, file, length, length + " bytes of shared memory");
  }

  /** Maps pages over whatever lies at an address. */
  Returned show(long address, PageRange pages) {
    return file.call(fd ->
        syscalls.mapOver(
            address,
            pages.bytes().size().value(),
            Linux.PROT_READ_WRITE,
            Linux.MAP_SHARED,
            fd,
            pages.first().offset().value()));
  }

  /** Tells whether a page was ever touched since it was last discarded. */
  boolean isPopulated(PageIndex page) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment vector = arena.allocate(1);
      long at = mapped.address() + page.offset().value();
      return !syscalls.mincore(at, Page.BYTES, vector).failed()
          && (vector.get(ValueLayout.JAVA_BYTE, 0) & 1) != 0;
    }
  }

  /** Frees pages, for everybody who maps them; their next touch finds zeroes. */
  Returned discard(ByteRange range) {
    return fallocate(Linux.FALLOC_PUNCH, range);
  }

  /** {@code fallocate(2)} of this side. */
  Returned fallocate(int mode, ByteRange range) {
    return file.call(
        fd -> syscalls.fallocate(fd, mode, range.start().value(), range.size().value()));
  }

  /** Unmaps and frees it. Closing again has no effect. */
  @Override
  public void close() {
    mapped.close();
    file.close();
  }
}
