package io.github.gmem4j.backend.kvm.layout;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A field of 8 bits.
 *
 * @param offset where it lies in its struct, in bytes
 */
public record U8(long offset) {
  /** Returns the field's value. */
  public byte get(MemorySegment struct) {
    return struct.get(ValueLayout.JAVA_BYTE, offset);
  }

  /** Sets the field. */
  public void set(MemorySegment struct, byte value) {
    struct.set(ValueLayout.JAVA_BYTE, offset, value);
  }
}
