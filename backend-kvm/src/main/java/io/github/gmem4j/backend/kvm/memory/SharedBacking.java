package io.github.gmem4j.backend.kvm.memory;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.vm.HostVirtualAddress;
import io.github.gmem4j.backend.kvm.lifetime.Acquired;
import io.github.gmem4j.backend.kvm.lifetime.Descriptor;
import io.github.gmem4j.backend.kvm.lifetime.Mapped;
import io.github.gmem4j.backend.kvm.syscall.Linux;
import io.github.gmem4j.backend.kvm.syscall.Returned;
import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import java.lang.foreign.MemorySegment;

/**
 * Memory of the VMM for the shared bytes of a slot, where private and shared bytes are different
 * pages. Bind its {@link #address} as the slot's {@code userspace_addr}. Thread-safe.
 */
public final class SharedBacking implements AutoCloseable {
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
  public static SharedBacking create(Syscalls syscalls, ByteCount size) {
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

  /** Returns where it lies in this process. */
  public HostVirtualAddress address() {
    return new HostVirtualAddress(mapped.address());
  }

  /** Returns its size. */
  public ByteCount size() {
    return new ByteCount(mapped.length());
  }

  /** Returns its bytes. A touch after {@link #close} is a SIGSEGV, which ends the process. */
  public MemorySegment bytes() {
    return mapped.bytes();
  }

  /** Frees pages; their next touch, by guest or host, finds zeroes. */
  public KernelResult<ByteRange> discard(ByteRange range) {
    Returned done =
        file.call(fd ->
            syscalls.fallocate(
                fd, Linux.FALLOC_PUNCH, range.start().value(), range.size().value()));
    return done.failed() ? done.toFailure("cannot discard " + range) : KernelResult.ok(range);
  }

  /** Unmaps and frees it. Closing again has no effect. */
  @Override
  public void close() {
    mapped.close();
    file.close();
  }
}
