package io.github.gmem4j.backend.kvm.probe;

import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.backend.kvm.layout.Ioctl;
import io.github.gmem4j.backend.kvm.layout.MemoryAttributes;
import io.github.gmem4j.backend.kvm.layout.MemoryAttributes2;
import io.github.gmem4j.backend.kvm.lifetime.Descriptor;
import io.github.gmem4j.backend.kvm.lifetime.GuestMemfd;
import io.github.gmem4j.backend.kvm.syscall.Returned;
import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import java.lang.foreign.Arena;

/**
 * Finds out how a kernel converts by converting, in place and through the VM. The VM is one made
 * for this and thrown away, so whatever a try changes is gone with it.
 */
final class ConversionProbe {
  private ConversionProbe() {}

  /** Tries, on a fresh VM of the type in question. */
  static ConversionTrial of(Syscalls syscalls, Descriptor vm) {
    return new ConversionTrial(inPlace(syscalls, vm), throughVm(syscalls, vm));
  }

  /** Makes a page private that is so from the start: a kernel that knows the call has no reason. */
  private static Returned inPlace(Syscalls syscalls, Descriptor vm) {
    try (Arena arena = Arena.ofConfined()) {
      Returned created = GuestMemfd.create(syscalls, vm, arena, Page.BYTES, 0);
      if (created.failed()) {
        return created;
      }
      try (Descriptor memory = new Descriptor(syscalls, created.asInt())) {
        return memory.call(fd ->
            syscalls.ioctl(
                fd,
                Ioctl.SET_MEMORY_ATTRIBUTES2,
                MemoryAttributes2.of(
                    arena, ConversionRequest.toPrivate(ByteRange.of(0, Page.BYTES)))));
      }
    }
  }

  private static Returned throughVm(Syscalls syscalls, Descriptor vm) {
    try (Arena arena = Arena.ofConfined()) {
      return vm.call(fd ->
          syscalls.ioctl(
              fd,
              Ioctl.SET_MEMORY_ATTRIBUTES,
              MemoryAttributes.of(arena, 0, Page.BYTES, Shareability.ATTRIBUTE_PRIVATE, 0)));
    }
  }
}
