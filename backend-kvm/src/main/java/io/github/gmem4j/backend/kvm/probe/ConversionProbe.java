package io.github.gmem4j.backend.kvm.probe;

import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.backend.kvm.layout.CreateGuestMemfd;
import io.github.gmem4j.backend.kvm.layout.Ioctl;
import io.github.gmem4j.backend.kvm.layout.MemoryAttributes;
import io.github.gmem4j.backend.kvm.layout.MemoryAttributes2;
import io.github.gmem4j.backend.kvm.lifetime.Descriptor;
import io.github.gmem4j.backend.kvm.syscall.Returned;
import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import java.lang.foreign.Arena;
import java.util.List;

/**
 * Finds out how a kernel converts by converting: first in place, then through the VM. The VM is one
 * made for this and thrown away, so whatever a try changes is gone with it.
 */
final class ConversionProbe {
  private ConversionProbe() {}

  /** Tries, on a fresh VM of the type in question. */
  static ConversionInterface of(Syscalls syscalls, Descriptor vm) {
    Returned inPlace = inPlace(syscalls, vm);
    if (!inPlace.failed()) {
      return new ConversionInterface.InPlace();
    }
    Returned attributes = throughVm(syscalls, vm);
    if (!attributes.failed()) {
      return new ConversionInterface.VmAttributes();
    }
    return new ConversionInterface.Missing(
        List.of(
            "KVM_SET_MEMORY_ATTRIBUTES2 on a guest_memfd of this VM type: errno " + inPlace.error(),
            "KVM_SET_MEMORY_ATTRIBUTES on a VM of this type: errno " + attributes.error()));
  }

  /** Makes a page private that is so from the start: a kernel that knows the call has no reason. */
  private static Returned inPlace(Syscalls syscalls, Descriptor vm) {
    try (Arena arena = Arena.ofConfined()) {
      Returned created =
          vm.call(fd ->
              syscalls.ioctl(
                  fd, Ioctl.CREATE_GUEST_MEMFD, CreateGuestMemfd.of(arena, Page.BYTES, 0)));
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
