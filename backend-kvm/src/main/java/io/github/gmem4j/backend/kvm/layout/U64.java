package io.github.gmem4j.backend.kvm.layout;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A field of 64 bits.
 *
 * @param offset where it lies in its struct, in bytes
 */
public record U64(long offset) {
  /** Returns the field's value. */
  public long get(MemorySegment struct) {
    return struct.get(ValueLayout.JAVA_LONG, offset);
  }

  /** Sets the field. */
  public void set(MemorySegment struct, long value) {
    struct.set(ValueLayout.JAVA_LONG, offset, value);
  }
}
