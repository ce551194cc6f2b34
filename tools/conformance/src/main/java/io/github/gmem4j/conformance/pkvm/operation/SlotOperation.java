package io.github.gmem4j.conformance.pkvm.operation;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.vm.Gpa;

/** Memory slots of the VM in use, and guest_memfds for them. */
public sealed interface SlotOperation extends PkvmOperation {
  /**
   * {@code KVM_SET_USER_MEMORY_REGION}.
   *
   * @param offset where in the host memory
   */
  record Set(int slot, long flags, Gpa gpa, ByteCount size, ByteOffset offset)
      implements SlotOperation {}

  /** {@code KVM_CREATE_GUEST_MEMFD}, closed at once. */
  record CreateGuestMemory(ByteCount size, long flags) implements SlotOperation {}

  /** Creates a guest_memfd, maps it and binds it to a slot. */
  record SetGuestMemory(int slot, Gpa gpa, PageCount pages, long flags) implements SlotOperation {}
}
