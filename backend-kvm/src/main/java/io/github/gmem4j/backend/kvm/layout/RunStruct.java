package io.github.gmem4j.backend.kvm.layout;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemoryLayout;
import java.util.Arrays;

/** {@code struct kvm_run}: what the kernel and the VMM tell each other about one vCPU. */
public final class RunStruct {
  private static final MemoryLayout[] HEADER = {
    JAVA_BYTE.withName("request_interrupt_window"),
    JAVA_BYTE.withName("immediate_exit"),
    Struct.bytes("padding1", 6),
    JAVA_INT.withName("exit_reason"),
    JAVA_BYTE.withName("ready_for_interrupt_injection"),
    JAVA_BYTE.withName("if_flag"),
    JAVA_SHORT.withName("flags"),
    JAVA_LONG.withName("cr8"),
    JAVA_LONG.withName("apic_base")
  };

  private static final Struct HYPERCALL =
      exit(
          JAVA_LONG.withName("nr"),
          JAVA_LONG.withName("args0"),
          JAVA_LONG.withName("args1"),
          JAVA_LONG.withName("args2"),
          Struct.u64s("args", 3),
          JAVA_LONG.withName("ret"),
          JAVA_LONG.withName("hypercall_flags"));

  private static final Struct FAULT =
      exit(
          JAVA_LONG.withName("fault_flags"), JAVA_LONG.withName("gpa"), JAVA_LONG.withName("size"));

  private static final Struct MMIO =
      exit(
          JAVA_LONG.withName("phys_addr"),
          JAVA_BYTE.withName("data0"),
          Struct.bytes("data", 7),
          JAVA_INT.withName("len"),
          JAVA_BYTE.withName("is_write"));

  private static final Struct IO =
      exit(
          JAVA_BYTE.withName("direction"), JAVA_BYTE.withName("size"), JAVA_SHORT.withName("port"));

  private static final Struct EVENT =
      exit(JAVA_INT.withName("type"), JAVA_INT.withName("ndata"), JAVA_LONG.withName("event_data"));

  private static final Struct FAIL = exit(JAVA_LONG.withName("hardware_entry_failure_reason"));

  /** Set by the VMM: KVM_RUN completes what is open and returns EINTR. */
  public static final U8 IMMEDIATE_EXIT = HYPERCALL.u8("immediate_exit");

  /** Why KVM_RUN returned. */
  public static final U32 EXIT_REASON = HYPERCALL.u32("exit_reason");

  /** The hypercall's number. */
  public static final U64 HYPERCALL_NUMBER = HYPERCALL.u64("nr");

  /** The hypercall's first argument. */
  public static final U64 HYPERCALL_ARG0 = HYPERCALL.u64("args0");

  /** The hypercall's second argument. */
  public static final U64 HYPERCALL_ARG1 = HYPERCALL.u64("args1");

  /** The hypercall's third argument. */
  public static final U64 HYPERCALL_ARG2 = HYPERCALL.u64("args2");

  /** What the VMM answers. */
  public static final U64 HYPERCALL_RET = HYPERCALL.u64("ret");

  /** Bit 0: long mode. */
  public static final U64 HYPERCALL_FLAGS = HYPERCALL.u64("hypercall_flags");

  /** Whether the access was private. */
  public static final U64 FAULT_FLAGS = FAULT.u64("fault_flags");

  /** The page that faulted. */
  public static final U64 FAULT_GPA = FAULT.u64("gpa");

  /** How many bytes are concerned. */
  public static final U64 FAULT_SIZE = FAULT.u64("size");

  /** The address that no slot covers. */
  public static final U64 MMIO_ADDRESS = MMIO.u64("phys_addr");

  /** The first byte that is stored, or that a load is to yield. */
  public static final U8 MMIO_DATA = MMIO.u8("data0");

  /** How many bytes are accessed. */
  public static final U32 MMIO_LENGTH = MMIO.u32("len");

  /** 1 for a store. */
  public static final U8 MMIO_IS_WRITE = MMIO.u8("is_write");

  /** The I/O port. */
  public static final U16 IO_PORT = IO.u16("port");

  /** What befell the guest. */
  public static final U32 EVENT_TYPE = EVENT.u32("type");

  /** How many words say more about it. */
  public static final U32 EVENT_DATA_COUNT = EVENT.u32("ndata");

  private static final U64 EVENT_DATA = EVENT.u64("event_data");

  /** Why the hardware would not enter the guest. */
  public static final U64 FAIL_REASON = FAIL.u64("hardware_entry_failure_reason");

  /** Which kind of internal error. */
  public static final U32 INTERNAL_SUBERROR = new U32(FAIL_REASON.offset());

  private RunStruct() {}

  /** Returns one of the words that say more about what befell the guest. */
  public static U64 eventData(int index) {
    return new U64(EVENT_DATA.offset() + (long) index * Long.BYTES);
  }

  private static Struct exit(MemoryLayout... fields) {
    MemoryLayout[] all = Arrays.copyOf(HEADER, HEADER.length + fields.length);
    System.arraycopy(fields, 0, all, HEADER.length, fields.length);
    return new Struct(all);
  }
}
