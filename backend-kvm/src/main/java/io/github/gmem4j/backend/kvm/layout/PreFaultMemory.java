package io.github.gmem4j.backend.kvm.layout;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/** {@code struct kvm_pre_fault_memory}. The kernel advances address and size to what is left. */
public final class PreFaultMemory {
  private static final Struct STRUCT =
      new Struct(
          JAVA_LONG.withName("gpa"),
          JAVA_LONG.withName("size"),
          JAVA_LONG.withName("flags"),
          Struct.u64s("padding", 5));

  /** Size of the struct. */
  public static final long BYTES = STRUCT.size();

  /** Guest physical address. */
  public static final U64 GPA = STRUCT.u64("gpa");

  /** Size in bytes. */
  public static final U64 SIZE = STRUCT.u64("size");

  /** Must be 0. */
  public static final U64 FLAGS = STRUCT.u64("flags");

  private PreFaultMemory() {}

  /** Returns a filled struct. */
  public static MemorySegment of(SegmentAllocator allocator, long gpa, long size, long flags) {
    MemorySegment struct = STRUCT.allocate(allocator);
    GPA.set(struct, gpa);
    SIZE.set(struct, size);
    FLAGS.set(struct, flags);
    return struct;
  }
}
