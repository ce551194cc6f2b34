package io.github.gmem4j.backend.kvm.layout;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/** {@code struct kvm_enable_cap}. */
public final class EnableCap {
  private static final Struct STRUCT =
      new Struct(
          JAVA_INT.withName("cap"),
          JAVA_INT.withName("flags"),
          JAVA_LONG.withName("args0"),
          Struct.u64s("args", 3),
          Struct.bytes("pad", 64));

  /** Size of the struct. */
  public static final long BYTES = STRUCT.size();

  /** The capability's number. */
  public static final U32 CAP = STRUCT.u32("cap");

  /** The first argument. */
  public static final U64 ARGUMENT = STRUCT.u64("args0");

  private EnableCap() {}

  /** Returns the struct that enables a capability with one argument. */
  public static MemorySegment of(SegmentAllocator allocator, int capability, long argument) {
    MemorySegment struct = STRUCT.allocate(allocator);
    CAP.set(struct, capability);
    ARGUMENT.set(struct, argument);
    return struct;
  }
}
