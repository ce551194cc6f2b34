package io.github.gmem4j.backend.kvm.vcpu;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.KernelException;
import io.github.gmem4j.backend.kvm.layout.Ioctl;
import io.github.gmem4j.backend.kvm.layout.MemoryRegion2;
import io.github.gmem4j.backend.kvm.lifetime.Descriptor;
import io.github.gmem4j.backend.kvm.lifetime.Mapped;
import io.github.gmem4j.backend.kvm.syscall.Returned;
import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The part of a VM's address space where its vCPUs' code and page tables lie: an ordinary slot at
 * the top of the first 64 GiB, which every processor can address. Which number the slot has is the
 * VM's business: it gives way to the VMM's own slots.
 *
 * <p>The memory stays mapped until the region is closed and the last vCPU that has a block of it is
 * gone. Thread-safe, but for {@link #occupy} and {@link #vacate}, which the VM calls in turn.
 */
public final class StubRegion implements AutoCloseable {
  /** Where the slot begins in the guest. */
  public static final long GPA = 0xF_FFC0_0000L;

  /** The slot's size. */
  public static final long BYTES = 0x40_0000L;

  private final Syscalls syscalls;
  private final Descriptor vm;
  private final Mapped mapped;
  private int slot;
  private int used;

  private StubRegion(Syscalls syscalls, Descriptor vm, Mapped mapped) {
    this.syscalls = syscalls;
    this.vm = vm;
    this.mapped = mapped;
  }

  /**
   * Gives a VM its region.
   *
   * @param slot a number that no slot has
   * @throws KernelException EEXIST if the VMM's own slots lie there
   */
  // Only this module calls it.
  @SuppressWarnings("exports")
  public static StubRegion in(Syscalls syscalls, Descriptor vm, int slot) {
    Mapped mapped = Mapped.fresh(syscalls, BYTES, "memory for the guest's code");
    try {
      StubRegion region = new StubRegion(syscalls, vm, mapped);
      region.occupy(slot).orThrow("no place for the guest's code");
      return region;
    } catch (KernelException e) {
      mapped.close();
      throw e;
    }
  }

  /** Returns the number of its slot. */
  public int slot() {
    return slot;
  }

  /** Takes a slot; the last one that it had is no more. */
  public Returned occupy(int number) {
    Returned done = set(number, BYTES);
    if (!done.failed()) {
      slot = number;
    }
    return done;
  }

  /** Deletes its slot: no vCPU may run until it has one again. */
  public Returned vacate() {
    return set(slot, 0);
  }

  private Returned set(int number, long size) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment region = MemoryRegion2.allocate(arena);
      MemoryRegion2.SLOT.set(region, number);
      MemoryRegion2.GUEST_PHYS_ADDR.set(region, GPA);
      MemoryRegion2.MEMORY_SIZE.set(region, size);
      MemoryRegion2.USERSPACE_ADDR.set(region, mapped.address());
      return vm.call(fd -> syscalls.ioctl(fd, Ioctl.SET_USER_MEMORY_REGION2, region));
    }
  }

  /**
   * Returns the block of a new vCPU, which has a hold on the memory until it calls {@link #leave}.
   *
   * @throws KernelException ENOMEM once every block was given out, EIO once the region is closed
   */
  synchronized StubBlock next() {
    if ((used + 1) * StubBlock.BYTES > BYTES) {
      throw new KernelException(Errno.ENOMEM, "a VM has room for " + used + " vCPUs in its life");
    }
    if (!mapped.enter()) {
      throw new KernelException(Errno.EIO, "the VM is closed");
    }
    long offset = used++ * StubBlock.BYTES;
    return new StubBlock(mapped.bytes().asSlice(offset, StubBlock.BYTES), GPA + offset);
  }

  /** A vCPU is gone and touches its block no more. */
  void leave() {
    mapped.leave();
  }

  /** Unmaps the memory once the last vCPU is gone. */
  @Override
  public void close() {
    mapped.close();
  }
}
