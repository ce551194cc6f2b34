package io.github.gmem4j.backend.kvm.layout;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/** The structs of {@code linux/io_uring.h} that a registered buffer needs, and {@code iovec}. */
public final class RingStructs {
  private static final Struct PARAMS =
      new Struct(
          JAVA_INT.withName("sq_entries"),
          JAVA_INT.withName("cq_entries"),
          Struct.bytes("flags", 32),
          JAVA_INT.withName("sq_head"),
          JAVA_INT.withName("sq_tail"),
          JAVA_INT.withName("sq_mask"),
          Struct.bytes("sq_more", 12),
          JAVA_INT.withName("sq_array"),
          Struct.bytes("sq_rest", 12),
          JAVA_INT.withName("cq_head"),
          JAVA_INT.withName("cq_tail"),
          JAVA_INT.withName("cq_mask"),
          Struct.bytes("cq_more", 8),
          JAVA_INT.withName("cq_entries_at"),
          Struct.bytes("cq_rest", 16));

  private static final Struct SUBMISSION =
      new Struct(
          JAVA_BYTE.withName("opcode"),
          Struct.bytes("flags", 3),
          JAVA_INT.withName("fd"),
          JAVA_LONG.withName("off"),
          JAVA_LONG.withName("addr"),
          JAVA_INT.withName("len"),
          JAVA_INT.withName("rw_flags"),
          JAVA_LONG.withName("user_data"),
          JAVA_SHORT.withName("buf_index"),
          Struct.bytes("rest", 22));

  private static final Struct COMPLETION =
      new Struct(
          JAVA_LONG.withName("user_data"), JAVA_INT.withName("res"), JAVA_INT.withName("flags"));

  private static final Struct VECTOR =
      new Struct(JAVA_LONG.withName("base"), JAVA_LONG.withName("length"));

  /** Size of the parameters. */
  public static final long PARAMS_BYTES = PARAMS.size();

  /** Size of a submission entry. */
  public static final long SUBMISSION_BYTES = SUBMISSION.size();

  /** Size of a completion entry. */
  public static final long COMPLETION_BYTES = COMPLETION.size();

  /** How many submission entries there are. */
  public static final U32 SQ_ENTRIES = PARAMS.u32("sq_entries");

  /** How many completion entries there are. */
  public static final U32 CQ_ENTRIES = PARAMS.u32("cq_entries");

  /** Where the submission queue's head lies in the rings. */
  public static final U32 SQ_HEAD = PARAMS.u32("sq_head");

  /** Where the submission queue's tail lies in the rings. */
  public static final U32 SQ_TAIL = PARAMS.u32("sq_tail");

  /** Where the submission queue's index array lies in the rings. */
  public static final U32 SQ_ARRAY = PARAMS.u32("sq_array");

  /** Where the completion queue's head lies in the rings. */
  public static final U32 CQ_HEAD = PARAMS.u32("cq_head");

  /** Where the completion queue's tail lies in the rings. */
  public static final U32 CQ_TAIL = PARAMS.u32("cq_tail");

  /** Where the completion queue's entries lie in the rings. */
  public static final U32 CQ_ENTRIES_AT = PARAMS.u32("cq_entries_at");

  /** What to do. */
  public static final U8 OPCODE = SUBMISSION.u8("opcode");

  /** With which file. */
  public static final U32 FD = SUBMISSION.u32("fd");

  /** Where in the file. */
  public static final U64 FILE_OFFSET = SUBMISSION.u64("off");

  /** Where in the registered buffer, as an address. */
  public static final U64 ADDRESS = SUBMISSION.u64("addr");

  /** How many bytes. */
  public static final U32 LENGTH = SUBMISSION.u32("len");

  /** How many bytes were moved, or a negative errno. */
  public static final U32 RESULT = COMPLETION.u32("res");

  private RingStructs() {}

  /** Returns zeroed {@code struct io_uring_params}. */
  public static MemorySegment params(SegmentAllocator allocator) {
    return PARAMS.allocate(allocator);
  }

  /** Returns the {@code struct iovec} of some bytes. */
  public static MemorySegment vector(SegmentAllocator allocator, long address, long length) {
    MemorySegment vector = VECTOR.allocate(allocator);
    VECTOR.u64("base").set(vector, address);
    VECTOR.u64("length").set(vector, length);
    return vector;
  }
}
