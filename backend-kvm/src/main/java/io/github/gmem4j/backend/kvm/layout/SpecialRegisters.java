package io.github.gmem4j.backend.kvm.layout;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/** {@code struct kvm_sregs}. */
public final class SpecialRegisters {
  private static final Struct STRUCT =
      new Struct(
          SegmentRegister.LAYOUT.withName("cs"),
          SegmentRegister.LAYOUT.withName("ds"),
          SegmentRegister.LAYOUT.withName("es"),
          SegmentRegister.LAYOUT.withName("fs"),
          SegmentRegister.LAYOUT.withName("gs"),
          SegmentRegister.LAYOUT.withName("ss"),
          SegmentRegister.LAYOUT.withName("tr"),
          SegmentRegister.LAYOUT.withName("ldt"),
          Struct.u64s("gdt", 2),
          Struct.u64s("idt", 2),
          JAVA_LONG.withName("cr0"),
          JAVA_LONG.withName("cr2"),
          JAVA_LONG.withName("cr3"),
          JAVA_LONG.withName("cr4"),
          JAVA_LONG.withName("cr8"),
          JAVA_LONG.withName("efer"),
          JAVA_LONG.withName("apic_base"),
          Struct.u64s("interrupt_bitmap", 4));

  /** Size of the struct. */
  public static final long BYTES = STRUCT.size();

  /** The segment registers that hold data: their offsets. */
  private static final U64[] DATA = {
    STRUCT.u64("ds"), STRUCT.u64("es"), STRUCT.u64("fs"), STRUCT.u64("gs"), STRUCT.u64("ss")
  };

  /** Where the code segment stands. */
  public static final U64 CS = STRUCT.u64("cs");

  /** Protection and paging. */
  public static final U64 CR0 = STRUCT.u64("cr0");

  /** Where the page tables begin. */
  public static final U64 CR3 = STRUCT.u64("cr3");

  /** Physical address extension and others. */
  public static final U64 CR4 = STRUCT.u64("cr4");

  /** Long mode. */
  public static final U64 EFER = STRUCT.u64("efer");

  private SpecialRegisters() {}

  /** Returns a zeroed struct. */
  public static MemorySegment allocate(SegmentAllocator allocator) {
    return STRUCT.allocate(allocator);
  }

  /** Sets flat 64-bit code and data segments of a privilege level, 0 for the kernel's. */
  public static void setFlatSegments(MemorySegment struct, int privilegeLevel) {
    SegmentRegister.code(at(struct, CS), privilegeLevel);
    for (U64 data : DATA) {
      SegmentRegister.data(at(struct, data), privilegeLevel);
    }
  }

  private static MemorySegment at(MemorySegment struct, U64 register) {
    return struct.asSlice(register.offset(), SegmentRegister.LAYOUT.byteSize());
  }
}
