package io.github.gmem4j.backend.kvm.layout;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/** {@code struct kvm_userspace_memory_region2}. */
public final class MemoryRegion2 {
  private static final Struct STRUCT =
      new Struct(
          JAVA_INT.withName("slot"),
          JAVA_INT.withName("flags"),
          JAVA_LONG.withName("guest_phys_addr"),
          JAVA_LONG.withName("memory_size"),
          JAVA_LONG.withName("userspace_addr"),
          JAVA_LONG.withName("guest_memfd_offset"),
          JAVA_INT.withName("guest_memfd"),
          JAVA_INT.withName("pad1"),
          Struct.u64s("pad2", 14));

  /** Size of the struct. */
  public static final long BYTES = STRUCT.size();

  /** Slot id, address space in the high 16 bits. */
  public static final U32 SLOT = STRUCT.u32("slot");

  /** Slot flags. */
  public static final U32 FLAGS = STRUCT.u32("flags");

  /** Where the slot begins in the guest. */
  public static final U64 GUEST_PHYS_ADDR = STRUCT.u64("guest_phys_addr");

  /** Size in bytes; 0 deletes. */
  public static final U64 MEMORY_SIZE = STRUCT.u64("memory_size");

  /** Where its shared bytes lie in this process. */
  public static final U64 USERSPACE_ADDR = STRUCT.u64("userspace_addr");

  /** Where it begins in the guest_memfd. */
  public static final U64 GUEST_MEMFD_OFFSET = STRUCT.u64("guest_memfd_offset");

  /** The guest_memfd. */
  public static final U32 GUEST_MEMFD = STRUCT.u32("guest_memfd");

  private MemoryRegion2() {}

  /** Returns a zeroed struct. */
  public static MemorySegment allocate(SegmentAllocator allocator) {
    return STRUCT.allocate(allocator);
  }
}
