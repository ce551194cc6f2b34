package io.github.gmem4j.backend.kvm.lifetime;

import io.github.gmem4j.backend.kvm.layout.CreateGuestMemfd;
import io.github.gmem4j.backend.kvm.layout.Ioctl;
import io.github.gmem4j.backend.kvm.syscall.Linux;
import io.github.gmem4j.backend.kvm.syscall.Returned;
import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/** Creates guest_memfds that programs started by this process do not inherit. */
public final class GuestMemfd {
  private GuestMemfd() {}

  /**
   * Creates one. Yields its file descriptor.
   *
   * <p>Of all files that KVM hands out it is the only one without close-on-exec ({@code
   * __kvm_gmem_create} takes a descriptor with flags 0, Linux 7.3), and the call has no flag for
   * it. So it is set at once; a process that another thread starts in between inherits the file.
   */
  public static Returned create(
      Syscalls syscalls, Descriptor vm, SegmentAllocator allocator, long size, long flags) {
    MemorySegment struct = CreateGuestMemfd.of(allocator, size, flags);
    Returned created = vm.call(fd -> syscalls.ioctl(fd, Ioctl.CREATE_GUEST_MEMFD, struct));
    if (created.failed()) {
      return created;
    }
    Returned set =
        syscalls.syscall(
            Linux.SYS_FCNTL, created.asInt(), Linux.F_SETFD, Linux.FD_CLOEXEC, 0, 0, 0);
    if (set.failed()) {
      syscalls.close(created.asInt());
      return set;
    }
    return created;
  }
}
