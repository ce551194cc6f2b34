package io.github.gmem4j.backend.kvm.vcpu;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.KernelException;
import io.github.gmem4j.backend.kvm.layout.Ioctl;
import io.github.gmem4j.backend.kvm.layout.MemoryRegion2;
import io.github.gmem4j.backend.kvm.lifetime.Descriptor;
import io.github.gmem4j.backend.kvm.lifetime.Mapped;
import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The part of a VM's address space where its vCPUs' code and page tables lie: an ordinary slot at
 * the top of the first 64 GiB, which every processor can address. Thread-safe.
 */
public final class StubRegion implements AutoCloseable {
  /** The slot's id, the last that a VM has in address space 0. */
  public static final int SLOT = 32763;

  /** Where the slot begins in the guest. */
  public static final long GPA = 0xF_FFC0_0000L;

  /** The slot's size. */
  public static final long BYTES = 0x40_0000L;

  private final Mapped mapped;
  private int used;

  private StubRegion(Mapped mapped) {
    this.mapped = mapped;
  }

  /**
   * Gives a VM its region.
   *
   * @throws KernelException EEXIST if the VMM's own slots lie there
   */
  // Only this module calls it.
  @SuppressWarnings("exports")
  public static StubRegion in(Syscalls syscalls, Descriptor vm) {
    Mapped mapped = Mapped.fresh(syscalls, BYTES, "memory for the guest's code");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment region = MemoryRegion2.allocate(arena);
      MemoryRegion2.SLOT.set(region, SLOT);
      MemoryRegion2.GUEST_PHYS_ADDR.set(region, GPA);
      MemoryRegion2.MEMORY_SIZE.set(region, BYTES);
      MemoryRegion2.USERSPACE_ADDR.set(region, mapped.address());
      vm.call(fd -> syscalls.ioctl(fd, Ioctl.SET_USER_MEMORY_REGION2, region))
          .orThrow("no place for the guest's code");
      return new StubRegion(mapped);
    } catch (KernelException e) {
      mapped.close();
      throw e;
    }
  }

  /**
   * Returns the block of a new vCPU.
   *
   * @throws KernelException ENOMEM once every block was given out
   */
  synchronized StubBlock next() {
    if ((used + 1) * StubBlock.BYTES > BYTES) {
      throw new KernelException(Errno.ENOMEM, "a VM has room for " + used + " vCPUs in its life");
    }
    long offset = used++ * StubBlock.BYTES;
    return new StubBlock(mapped.bytes().asSlice(offset, StubBlock.BYTES), GPA + offset);
  }

  /** Unmaps the memory; the VM is gone or runs no more. */
  @Override
  public void close() {
    mapped.close();
  }
}
