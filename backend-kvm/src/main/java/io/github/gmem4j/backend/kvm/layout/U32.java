package io.github.gmem4j.backend.kvm.layout;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A field of 32 bits.
 *
 * @param offset where it lies in its struct, in bytes
 */
public record U32(long offset) {
  /** Returns the field's value. */
  public int get(MemorySegment struct) {
    return struct.get(ValueLayout.JAVA_INT, offset);
  }

  /** Sets the field. */
  public void set(MemorySegment struct, int value) {
    struct.set(ValueLayout.JAVA_INT, offset, value);
  }
}
