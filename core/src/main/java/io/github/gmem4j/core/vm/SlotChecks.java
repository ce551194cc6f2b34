package io.github.gmem4j.core.vm;

import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.core.kernel.HostKernel;
import java.util.Optional;

/**
 * What {@code KVM_SET_USER_MEMORY_REGION2} checks before it looks at any other slot. All answers
 * are EINVAL. Source: Linux 7.3, {@code virt/kvm/kvm_main.c}.
 */
final class SlotChecks {
  private SlotChecks() {}

  /** Returns what is wrong with a request, if anything is. */
  static Optional<String> objection(SlotRequest request, VmType type) {
    boolean guestMemfd = (request.flags() & SlotRequest.GUEST_MEMFD) != 0;
    long known =
        guestMemfd ? SlotRequest.GUEST_MEMFD : SlotRequest.LOG_DIRTY_PAGES | SlotRequest.READONLY;
    if ((request.flags() & ~known) != 0) {
      return Optional.of("illegal flags: 0x" + Long.toHexString(request.flags()));
    }
    if (!Page.isAligned(request.size().value()) || !Page.isAligned(request.gpa().value())) {
      return Optional.of("not page aligned: " + request.gpa() + ", size " + request.size());
    }
    if (!isUserRange(request)) {
      return Optional.of("not a user address: " + request.userspace());
    }
    if (guestMemfd
        && (!Page.isAligned(request.offset().value())
            || wraps(request.offset().value(), request.size().value()))) {
      return Optional.of("illegal offset in the memory: " + request.offset());
    }
    if (request.slot() >>> 16 >= type.addressSpaces()
        || (request.slot() & 0xffff) > VirtualMachine.MAX_SLOT) {
      return Optional.of("no such slot id: 0x" + Integer.toHexString(request.slot()));
    }
    if (wraps(request.gpa().value(), request.size().value())) {
      return Optional.of("wraps around: " + request.gpa() + ", size " + request.size());
    }
    if (request.size().wholePages().value() > VirtualMachine.MAX_SLOT_PAGES) {
      return Optional.of("too large for a slot: " + request.size());
    }
    return Optional.empty();
  }

  private static boolean isUserRange(SlotRequest request) {
    long address = request.userspace().value();
    long size = request.size().value();
    return request.userspace().isPageAligned()
        && Long.compareUnsigned(size, HostKernel.USER_ADDRESS_LIMIT) <= 0
        && Long.compareUnsigned(address, HostKernel.USER_ADDRESS_LIMIT - size) <= 0;
  }

  private static boolean wraps(long start, long size) {
    return Long.compareUnsigned(start + size, start) < 0;
  }
}
