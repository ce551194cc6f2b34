package io.github.gmem4j.api.vm;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.GuestMemory;
import java.util.Optional;

/**
 * A change to the memory slots as the kernel's struct carries it: {@code
 * KVM_SET_USER_MEMORY_REGION2}. Every field may hold an illegal value; {@link
 * VirtualMachine#setMemory} answers it with the kernel's errno.
 *
 * @param slot slot id in the low 16 bits, address space in the high 16
 * @param flags {@link #GUEST_MEMFD}, {@link #LOG_DIRTY_PAGES}, {@link #READONLY}
 * @param gpa where the slot begins in the guest
 * @param size size in bytes; 0 deletes the slot
 * @param userspace where the slot's bytes lie in the VMM process
 * @param memory the guest memory to bind, empty for none (with {@link #GUEST_MEMFD}: EBADF)
 * @param offset where the slot begins in the guest memory
 */
public record SlotRequest(
    int slot,
    long flags,
    Gpa gpa,
    ByteCount size,
    HostVirtualAddress userspace,
    Optional<GuestMemory> memory,
    ByteOffset offset) {
  /** Flag: writes are logged. */
  public static final long LOG_DIRTY_PAGES = 1;

  /** Flag: the guest may not write. */
  public static final long READONLY = 1 << 1;

  /** Flag: the slot is bound to a guest memory. */
  public static final long GUEST_MEMFD = 1 << 2;

  /** Returns the request to bind {@code size} bytes of a guest memory from {@code offset} on. */
  public static SlotRequest bind(
      int slot, Gpa gpa, ByteCount size, GuestMemory memory, ByteOffset offset) {
    return new SlotRequest(
        slot, GUEST_MEMFD, gpa, size, HostVirtualAddress.NULL, Optional.of(memory), offset);
  }

  /** Returns the request to bind a whole guest memory. */
  public static SlotRequest bind(int slot, Gpa gpa, GuestMemory memory) {
    return bind(slot, gpa, memory.size(), memory, ByteOffset.ZERO);
  }

  /** Returns the request to delete a slot. */
  public static SlotRequest delete(int slot) {
    return new SlotRequest(
        slot,
        0,
        new Gpa(0),
        ByteCount.ZERO,
        HostVirtualAddress.NULL,
        Optional.empty(),
        ByteOffset.ZERO);
  }
}
