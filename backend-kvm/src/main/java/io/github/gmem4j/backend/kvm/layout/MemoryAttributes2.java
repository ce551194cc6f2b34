package io.github.gmem4j.backend.kvm.layout;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.gmem4j.api.memory.ConversionRequest;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/** {@code struct kvm_memory_attributes2}: where the guest_memfd keeps the state. */
public final class MemoryAttributes2 {
  private static final Struct STRUCT =
      new Struct(
          JAVA_LONG.withName("offset"),
          JAVA_LONG.withName("size"),
          JAVA_LONG.withName("attributes"),
          JAVA_LONG.withName("flags"),
          JAVA_LONG.withName("error_offset"),
          JAVA_LONG.withName("reserved0"),
          Struct.u64s("reserved", 10));

  /** Size of the struct. */
  public static final long BYTES = STRUCT.size();

  /** Byte offset in the guest_memfd. */
  public static final U64 OFFSET = STRUCT.u64("offset");

  /** Size in bytes. */
  public static final U64 SIZE = STRUCT.u64("size");

  /** The attributes, all of them. */
  public static final U64 ATTRIBUTES = STRUCT.u64("attributes");

  /** Must be 0. */
  public static final U64 FLAGS = STRUCT.u64("flags");

  /** Written by the kernel when a page is held or memory runs out. */
  public static final U64 ERROR_OFFSET = STRUCT.u64("error_offset");

  /** The first reserved word. */
  public static final U64 RESERVED = STRUCT.u64("reserved0");

  private MemoryAttributes2() {}

  /** Returns the struct that carries a request. */
  public static MemorySegment of(SegmentAllocator allocator, ConversionRequest request) {
    MemorySegment struct = STRUCT.allocate(allocator);
    OFFSET.set(struct, request.range().start().value());
    SIZE.set(struct, request.range().size().value());
    ATTRIBUTES.set(struct, request.attributes());
    FLAGS.set(struct, request.flags());
    RESERVED.set(struct, request.reserved());
    return struct;
  }
}
