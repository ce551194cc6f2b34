package io.github.gmem4j.backend.kvm.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionRequest;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Names against the kernel's literal numbers. */
class LayoutsTest {
  @Test
  void ioctlNumbersAreTheKernels() {
    assertEquals(0xAE00, Ioctl.GET_API_VERSION);
    assertEquals(0xAE01, Ioctl.CREATE_VM);
    assertEquals(0xAE03, Ioctl.CHECK_EXTENSION);
    assertEquals(0xAE04, Ioctl.GET_VCPU_MMAP_SIZE);
    assertEquals(0xC008AE05L, Ioctl.GET_SUPPORTED_CPUID);
    assertEquals(0xAE41, Ioctl.CREATE_VCPU);
    assertEquals(0x40A0AE49L, Ioctl.SET_USER_MEMORY_REGION2);
    assertEquals(0xAE80, Ioctl.RUN);
    assertEquals(0x4090AE82L, Ioctl.SET_REGS);
    assertEquals(0x8138AE83L, Ioctl.GET_SREGS);
    assertEquals(0x4138AE84L, Ioctl.SET_SREGS);
    assertEquals(0x4008AE90L, Ioctl.SET_CPUID2);
    assertEquals(0x4068AEA3L, Ioctl.ENABLE_CAP);
    assertEquals(0x4020AED2L, Ioctl.SET_MEMORY_ATTRIBUTES);
    assertEquals(0xC080AED2L, Ioctl.SET_MEMORY_ATTRIBUTES2);
    assertEquals(0xC040AED4L, Ioctl.CREATE_GUEST_MEMFD);
    assertEquals(0xC040AED5L, Ioctl.PRE_FAULT_MEMORY);
  }

  @Test
  void memoryStructsHaveTheKernelsOffsets() {
    assertEquals(64, CreateGuestMemfd.BYTES);
    assertEquals(0, CreateGuestMemfd.SIZE.offset());
    assertEquals(8, CreateGuestMemfd.FLAGS.offset());
    assertEquals(160, MemoryRegion2.BYTES);
    assertEquals(0, MemoryRegion2.SLOT.offset());
    assertEquals(4, MemoryRegion2.FLAGS.offset());
    assertEquals(8, MemoryRegion2.GUEST_PHYS_ADDR.offset());
    assertEquals(16, MemoryRegion2.MEMORY_SIZE.offset());
    assertEquals(24, MemoryRegion2.USERSPACE_ADDR.offset());
    assertEquals(32, MemoryRegion2.GUEST_MEMFD_OFFSET.offset());
    assertEquals(40, MemoryRegion2.GUEST_MEMFD.offset());
    assertEquals(32, MemoryAttributes.BYTES);
    assertEquals(0, MemoryAttributes.ADDRESS.offset());
    assertEquals(8, MemoryAttributes.SIZE.offset());
    assertEquals(16, MemoryAttributes.ATTRIBUTES.offset());
    assertEquals(24, MemoryAttributes.FLAGS.offset());
    assertEquals(128, MemoryAttributes2.BYTES);
    assertEquals(0, MemoryAttributes2.OFFSET.offset());
    assertEquals(32, MemoryAttributes2.ERROR_OFFSET.offset());
    assertEquals(40, MemoryAttributes2.RESERVED.offset());
    assertEquals(64, PreFaultMemory.BYTES);
    assertEquals(8, PreFaultMemory.SIZE.offset());
    assertEquals(16, PreFaultMemory.FLAGS.offset());
    assertEquals(104, EnableCap.BYTES);
    assertEquals(0, EnableCap.CAP.offset());
    assertEquals(8, EnableCap.ARGUMENT.offset());
  }

  @Test
  void theRunStructHasTheKernelsOffsets() {
    assertEquals(1, RunStruct.IMMEDIATE_EXIT.offset());
    assertEquals(8, RunStruct.EXIT_REASON.offset());
    assertEquals(32, RunStruct.HYPERCALL_NUMBER.offset());
    assertEquals(40, RunStruct.HYPERCALL_ARG0.offset());
    assertEquals(48, RunStruct.HYPERCALL_ARG1.offset());
    assertEquals(56, RunStruct.HYPERCALL_ARG2.offset());
    assertEquals(88, RunStruct.HYPERCALL_RET.offset());
    assertEquals(96, RunStruct.HYPERCALL_FLAGS.offset());
    assertEquals(32, RunStruct.FAULT_FLAGS.offset());
    assertEquals(40, RunStruct.FAULT_GPA.offset());
    assertEquals(48, RunStruct.FAULT_SIZE.offset());
    assertEquals(32, RunStruct.MMIO_ADDRESS.offset());
    assertEquals(40, RunStruct.MMIO_DATA.offset());
    assertEquals(48, RunStruct.MMIO_LENGTH.offset());
    assertEquals(52, RunStruct.MMIO_IS_WRITE.offset());
    assertEquals(34, RunStruct.IO_PORT.offset());
    assertEquals(32, RunStruct.FAIL_REASON.offset());
    assertEquals(32, RunStruct.INTERNAL_SUBERROR.offset());
  }

  @Test
  void registersHaveTheKernelsOffsets() {
    assertEquals(144, Registers.BYTES);
    assertEquals(128, Registers.RIP.offset());
    assertEquals(136, Registers.RFLAGS.offset());
    assertEquals(312, SpecialRegisters.BYTES);
    assertEquals(0, SpecialRegisters.CS.offset());
    assertEquals(224, SpecialRegisters.CR0.offset());
    assertEquals(240, SpecialRegisters.CR3.offset());
    assertEquals(248, SpecialRegisters.CR4.offset());
    assertEquals(264, SpecialRegisters.EFER.offset());
    assertEquals(40, Cpuid.ENTRY_BYTES);
  }

  @Test
  void flatSegmentsAreWhatLongModeWants() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment struct = SpecialRegisters.allocate(arena);
      SpecialRegisters.setFlatSegments(struct, 3);
      byte[] code = struct.asSlice(0, 24).toArray(ValueLayout.JAVA_BYTE);
      byte[] expected = new byte[24];
      java.util.Arrays.fill(expected, 8, 12, (byte) 0xFF);
      expected[12] = 0x0B;
      expected[14] = 0xB;
      expected[15] = 1;
      expected[16] = 3;
      expected[18] = 1;
      expected[19] = 1;
      expected[20] = 1;
      assertEquals(
          java.util.HexFormat.of().formatHex(expected), java.util.HexFormat.of().formatHex(code));
      // The stack segment stands fifth among the data segments.
      assertEquals(0x13, struct.get(ValueLayout.JAVA_SHORT, 120 + 12));
      assertEquals(3, struct.get(ValueLayout.JAVA_BYTE, 120 + 14));
      assertEquals(1, struct.get(ValueLayout.JAVA_BYTE, 120 + 17));
      assertEquals(0, struct.get(ValueLayout.JAVA_BYTE, 120 + 19));
    }
  }

  @Test
  void ringStructsHaveTheKernelsOffsets() {
    assertEquals(120, RingStructs.PARAMS_BYTES);
    assertEquals(0, RingStructs.SQ_ENTRIES.offset());
    assertEquals(4, RingStructs.CQ_ENTRIES.offset());
    assertEquals(44, RingStructs.SQ_TAIL.offset());
    assertEquals(64, RingStructs.SQ_ARRAY.offset());
    assertEquals(80, RingStructs.CQ_HEAD.offset());
    assertEquals(100, RingStructs.CQ_ENTRIES_AT.offset());
    assertEquals(64, RingStructs.SUBMISSION_BYTES);
    assertEquals(0, RingStructs.OPCODE.offset());
    assertEquals(4, RingStructs.FD.offset());
    assertEquals(8, RingStructs.FILE_OFFSET.offset());
    assertEquals(16, RingStructs.ADDRESS.offset());
    assertEquals(24, RingStructs.LENGTH.offset());
    assertEquals(16, RingStructs.COMPLETION_BYTES);
    assertEquals(8, RingStructs.RESULT.offset());
  }

  @Test
  void aRequestIsCarriedFieldByField() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment struct =
          MemoryAttributes2.of(arena, new ConversionRequest(ByteRange.of(11, 22), 33, 44, 55));
      long[] words = struct.toArray(ValueLayout.JAVA_LONG);
      org.junit.jupiter.api.Assertions.assertArrayEquals(
          new long[] {11, 22, 33, 44, 0, 55, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, words);
    }
  }

  @Test
  void theVendorDecidesHowTheHypervisorIsCalled() {
    assertTrue(callsWithVmmcall("AuthcAMDenti"));
    assertTrue(callsWithVmmcall("HygouinenGen"));
    assertFalse(callsWithVmmcall("GenuntelineI"));
  }

  /** The vendor's letters in the order of the registers EBX, ECX, EDX. */
  private static boolean callsWithVmmcall(String letters) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment struct = Cpuid.allocate(arena);
      Cpuid.COUNT.set(struct, 2);
      // The first entry is another function's; the second is function 0.
      struct.set(ValueLayout.JAVA_INT, 8, 1);
      byte[] bytes = letters.getBytes(StandardCharsets.US_ASCII);
      MemorySegment.copy(bytes, 0, struct, ValueLayout.JAVA_BYTE, 8 + 40 + 16, 12);
      return Cpuid.callsWithVmmcall(struct);
    }
  }
}
