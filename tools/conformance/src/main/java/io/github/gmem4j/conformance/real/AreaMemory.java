package io.github.gmem4j.conformance.real;

import io.github.gmem4j.backend.kvm.syscall.Linux;
import io.github.gmem4j.backend.kvm.syscall.Returned;
import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import io.github.gmem4j.conformance.operation.Backing;

/**
 * What lies behind an area, and how it is mapped.
 *
 * @param fd the file's descriptor; -1 for anonymous memory
 * @param mapFlags flags for {@code mmap} besides where to map
 */
record AreaMemory(Syscalls syscalls, int fd, int mapFlags) {
  private static final int MAP_PRIVATE_ANONYMOUS = 0x2 | 0x20;

  /**
   * Creates memory.
   *
   * @throws io.github.gmem4j.api.memory.KernelException if the kernel refuses
   */
  static AreaMemory create(Syscalls syscalls, Backing backing, long length) {
    return switch (backing) {
      case ANON -> new AreaMemory(syscalls, -1, MAP_PRIVATE_ANONYMOUS);
      case MEMFD -> {
        int fd =
            syscalls
                .memfdCreate("gmem4j-area", Linux.MFD_CLOEXEC)
                .orThrow("cannot create an area's file")
                .asInt();
        AreaMemory memory = new AreaMemory(syscalls, fd, Linux.MAP_SHARED);
        Returned sized = syscalls.ftruncate(fd, length);
        if (sized.failed()) {
          memory.close();
        }
        sized.orThrow("cannot size an area's file");
        yield memory;
      }
    };
  }

  /** Maps a part of it. */
  Returned map(long address, long length, int placing, long offset) {
    return syscalls.syscall(
        Calls.MMAP,
        address,
        length,
        Linux.PROT_READ_WRITE,
        mapFlags | placing,
        fd,
        fd < 0 ? 0 : offset);
  }

  void close() {
    if (fd >= 0) {
      syscalls.close(fd);
    }
  }
}
