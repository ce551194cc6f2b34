package io.github.gmem4j.backend.kvm.layout;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/** {@code struct kvm_segment}: a segment register and its hidden part. */
final class SegmentRegister {
  private static final Struct STRUCT =
      new Struct(
          JAVA_LONG.withName("base"),
          JAVA_INT.withName("limit"),
          JAVA_SHORT.withName("selector"),
          JAVA_BYTE.withName("type"),
          JAVA_BYTE.withName("present"),
          JAVA_BYTE.withName("dpl"),
          JAVA_BYTE.withName("db"),
          JAVA_BYTE.withName("s"),
          JAVA_BYTE.withName("l"),
          JAVA_BYTE.withName("g"),
          JAVA_BYTE.withName("avl"),
          JAVA_BYTE.withName("unusable"),
          JAVA_BYTE.withName("padding"));

  static final StructLayout LAYOUT = STRUCT.layout();

  /** Selectors of a table that nobody loads from: only their privilege level matters. */
  private static final int CODE_SELECTOR = 1 << 3;

  private static final int DATA_SELECTOR = 2 << 3;
  private static final byte CODE_TYPE = 0xB;
  private static final byte DATA_TYPE = 0x3;

  private SegmentRegister() {}

  /** Fills in a 64-bit code segment. */
  static void code(MemorySegment register, int privilegeLevel) {
    flat(register, CODE_SELECTOR, CODE_TYPE, privilegeLevel);
    STRUCT.u8("l").set(register, (byte) 1);
  }

  /** Fills in a data segment. */
  static void data(MemorySegment register, int privilegeLevel) {
    flat(register, DATA_SELECTOR, DATA_TYPE, privilegeLevel);
    STRUCT.u8("db").set(register, (byte) 1);
  }

  private static void flat(MemorySegment register, int selector, byte type, int privilegeLevel) {
    register.fill((byte) 0);
    STRUCT.u32("limit").set(register, -1);
    STRUCT.u16("selector").set(register, (short) (selector | privilegeLevel));
    STRUCT.u8("type").set(register, type);
    STRUCT.u8("present").set(register, (byte) 1);
    STRUCT.u8("dpl").set(register, (byte) privilegeLevel);
    STRUCT.u8("s").set(register, (byte) 1);
    STRUCT.u8("g").set(register, (byte) 1);
  }
}
