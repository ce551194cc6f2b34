package io.github.gmem4j.backend.kvm.layout;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.nio.charset.StandardCharsets;

/** {@code struct kvm_cpuid2} and its entries. */
public final class Cpuid {
  private static final Struct ENTRY =
      new Struct(
          JAVA_INT.withName("function"),
          JAVA_INT.withName("index"),
          JAVA_INT.withName("flags"),
          JAVA_INT.withName("eax"),
          JAVA_INT.withName("ebx"),
          JAVA_INT.withName("ecx"),
          JAVA_INT.withName("edx"),
          MemoryLayout.sequenceLayout(3, JAVA_INT).withName("padding"));

  /** Size of what stands before the entries. */
  public static final long HEADER_BYTES = 8;

  /** Size of an entry. */
  public static final long ENTRY_BYTES = ENTRY.size();

  /** How many entries the struct has room for; the kernel writes how many it used. */
  public static final U32 COUNT = new U32(0);

  /** As many as KVM itself allows. Source: {@code KVM_MAX_CPUID_ENTRIES}. */
  private static final int ROOM = 256;

  private Cpuid() {}

  /** Returns a struct with room for every entry. */
  public static MemorySegment allocate(SegmentAllocator allocator) {
    MemorySegment struct = allocator.allocate(HEADER_BYTES + ROOM * ENTRY_BYTES, Long.BYTES);
    COUNT.set(struct, ROOM);
    return struct;
  }

  /** Tells whether the vendor is one whose processors call the hypervisor with {@code vmmcall}. */
  public static boolean callsWithVmmcall(MemorySegment struct) {
    for (int i = 0; i < COUNT.get(struct); i++) {
      MemorySegment entry = struct.asSlice(HEADER_BYTES + i * ENTRY_BYTES, ENTRY_BYTES);
      if (ENTRY.u32("function").get(entry) == 0) {
        String vendor = letters(entry, "ebx") + letters(entry, "edx") + letters(entry, "ecx");
        return vendor.equals("AuthenticAMD") || vendor.equals("HygonGenuine");
      }
    }
    return false;
  }

  private static String letters(MemorySegment entry, String register) {
    byte[] four = entry.asSlice(ENTRY.u32(register).offset(), Integer.BYTES).toArray(JAVA_BYTE);
    return new String(four, StandardCharsets.US_ASCII);
  }
}
