package io.github.gmem4j.conformance.operation;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.vm.Gpa;

/** A change to the memory slots. */
public sealed interface SlotOperation extends Operation {
  /**
   * {@code KVM_SET_USER_MEMORY_REGION2}.
   *
   * @param hvaDelta added to the address in the process that the recorder would have passed
   */
  record Bind(
      int slot, long flags, Gpa gpa, ByteCount size, int g, ByteOffset offset, long hvaDelta)
      implements SlotOperation {}

  /** The same with size 0. */
  record Unbind(int slot) implements SlotOperation {}
}
