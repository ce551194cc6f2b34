package io.github.gmem4j.backend.kvm.layout;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;

/** A struct of the kernel's interface and access to its fields. Immutable. */
final class Struct {
  private final StructLayout layout;

  Struct(MemoryLayout... members) {
    this.layout = MemoryLayout.structLayout(members);
  }

  long size() {
    return layout.byteSize();
  }

  StructLayout layout() {
    return layout;
  }

  /** Returns a zeroed struct. */
  MemorySegment allocate(SegmentAllocator allocator) {
    return allocator.allocate(layout);
  }

  private long offset(String name) {
    return layout.byteOffset(PathElement.groupElement(name));
  }

  U64 u64(String name) {
    return new U64(offset(name));
  }

  U32 u32(String name) {
    return new U32(offset(name));
  }

  U16 u16(String name) {
    return new U16(offset(name));
  }

  U8 u8(String name) {
    return new U8(offset(name));
  }

  static MemoryLayout u64s(String name, long count) {
    return MemoryLayout.sequenceLayout(count, ValueLayout.JAVA_LONG).withName(name);
  }

  static MemoryLayout bytes(String name, long count) {
    return MemoryLayout.sequenceLayout(count, ValueLayout.JAVA_BYTE).withName(name);
  }
}
