package io.github.gmem4j.backend.kvm.layout;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.stream.Stream;

/** {@code struct kvm_regs}. */
public final class Registers {
  private static final Struct STRUCT =
      new Struct(
          Stream.of(
                  "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rsp", "rbp", "r8", "r9", "r10", "r11",
                  "r12", "r13", "r14", "r15", "rip", "rflags")
              .map(JAVA_LONG::withName)
              .toArray(MemoryLayout[]::new));

  /** Size of the struct. */
  public static final long BYTES = STRUCT.size();

  /** The instruction pointer. */
  public static final U64 RIP = STRUCT.u64("rip");

  /** The flags. */
  public static final U64 RFLAGS = STRUCT.u64("rflags");

  private Registers() {}

  /** Returns a zeroed struct. */
  public static MemorySegment allocate(SegmentAllocator allocator) {
    return STRUCT.allocate(allocator);
  }
}
