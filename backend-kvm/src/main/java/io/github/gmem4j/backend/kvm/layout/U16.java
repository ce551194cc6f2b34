package io.github.gmem4j.backend.kvm.layout;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A field of 16 bits.
 *
 * @param offset where it lies in its struct, in bytes
 */
public record U16(long offset) {
  /** Returns the field's value. */
  public short get(MemorySegment struct) {
    return struct.get(ValueLayout.JAVA_SHORT, offset);
  }

  /** Sets the field. */
  public void set(MemorySegment struct, short value) {
    struct.set(ValueLayout.JAVA_SHORT, offset, value);
  }
}
