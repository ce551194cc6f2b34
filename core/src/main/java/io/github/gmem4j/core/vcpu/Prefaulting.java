package io.github.gmem4j.core.vcpu;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.policy.GuestFault;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.Prefault;
import io.github.gmem4j.core.vm.InMemoryVm;
import java.util.Optional;

/** {@code KVM_PRE_FAULT_MEMORY}. Source: Linux 7.3, {@code virt/kvm/kvm_main.c}. */
final class Prefaulting {
  private final InMemoryVm vm;
  private final GuestAccess accesses;

  Prefaulting(InMemoryVm vm, GuestAccess accesses) {
    this.vm = vm;
    this.accesses = accesses;
  }

  Prefault prefault(GpaRange range, long flags) {
    if (vm.mmu().deadBecause().isPresent()) {
      return new Prefault(Optional.of(Errno.EIO), range.start(), range.size());
    }
    if (flags != 0 || !range.isPageAligned() || range.isEmptyOrWraps()) {
      return new Prefault(Optional.of(Errno.EINVAL), range.start(), range.size());
    }
    if (!vm.mmu().allowsPrefault()) {
      return new Prefault(Optional.of(Errno.EOPNOTSUPP), range.start(), range.size());
    }
    long start = range.start().value();
    long size = range.size().value();
    for (long done = 0; done != size; done += Page.BYTES) {
      Optional<Errno> errno = map(start + done);
      if (errno.isPresent()) {
        if (vm.isClosed()) {
          errno = Optional.of(Errno.EIO);
        }
        return new Prefault(
            done == 0 ? errno : Optional.empty(),
            new Gpa(start + done),
            new ByteCount(size - done));
      }
    }
    return new Prefault(Optional.empty(), new Gpa(start + size), ByteCount.ZERO);
  }

  /** Maps one page with the kind of access that its state asks for. */
  private Optional<Errno> map(long gpa) {
    Served served = accesses.prefault(gpa);
    return switch (served) {
      case Served.Reached reached -> Optional.empty();
      case Served.Faulted faulted ->
          Optional.of(
              faulted.fault().cause() == GuestFault.Cause.POISONED
                  ? Errno.EHWPOISON
                  : Errno.EFAULT);
      case Served.Mmio noSlot -> Optional.of(Errno.ENOENT);
      case Served.HostFault fault -> Optional.of(Errno.EFAULT);
      case Served.Excepted excepted -> Optional.empty();
      case Served.Dead dead -> Optional.of(Errno.EIO);
      case Served.NoMemory exhausted -> Optional.of(Errno.ENOMEM);
      case Served.Again interrupted -> Optional.of(Errno.EINTR);
    };
  }
}
