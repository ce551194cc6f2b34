package io.github.gmem4j.backend.kvm.layout;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/** {@code struct kvm_create_guest_memfd}. */
public final class CreateGuestMemfd {
  private static final Struct STRUCT =
      new Struct(
          JAVA_LONG.withName("size"), JAVA_LONG.withName("flags"), Struct.u64s("reserved", 6));

  /** Size of the struct. */
  public static final long BYTES = STRUCT.size();

  /** Size of the memory in bytes. */
  public static final U64 SIZE = STRUCT.u64("size");

  /** Creation flags. */
  public static final U64 FLAGS = STRUCT.u64("flags");

  private CreateGuestMemfd() {}

  /** Returns a filled struct. */
  public static MemorySegment of(SegmentAllocator allocator, long size, long flags) {
    MemorySegment struct = STRUCT.allocate(allocator);
    SIZE.set(struct, size);
    FLAGS.set(struct, flags);
    return struct;
  }
}
