package io.github.gmem4j.backend.kvm.layout;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/** {@code struct kvm_memory_attributes}: where the VM keeps the state. */
public final class MemoryAttributes {
  private static final Struct STRUCT =
      new Struct(
          JAVA_LONG.withName("address"),
          JAVA_LONG.withName("size"),
          JAVA_LONG.withName("attributes"),
          JAVA_LONG.withName("flags"));

  /** Size of the struct. */
  public static final long BYTES = STRUCT.size();

  /** Guest physical address. */
  public static final U64 ADDRESS = STRUCT.u64("address");

  /** Size in bytes. */
  public static final U64 SIZE = STRUCT.u64("size");

  /** The attributes, all of them. */
  public static final U64 ATTRIBUTES = STRUCT.u64("attributes");

  /** Must be 0. */
  public static final U64 FLAGS = STRUCT.u64("flags");

  private MemoryAttributes() {}

  /** Returns a filled struct. */
  public static MemorySegment of(
      SegmentAllocator allocator, long address, long size, long attributes, long flags) {
    MemorySegment struct = STRUCT.allocate(allocator);
    ADDRESS.set(struct, address);
    SIZE.set(struct, size);
    ATTRIBUTES.set(struct, attributes);
    FLAGS.set(struct, flags);
    return struct;
  }
}
