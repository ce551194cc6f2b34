package io.github.gmem4j.policy.tdx.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.VcpuView;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.policy.tdx.ConversionRule;
import io.github.gmem4j.policy.tdx.tdcall.GuestAddressWidth;
import io.github.gmem4j.policy.tdx.tdcall.GuestAddresses;
import io.github.gmem4j.policy.tdx.tdcall.VmCall;
import io.github.gmem4j.policy.tdx.tdcall.VmCallResult;
import io.github.gmem4j.policy.tdx.tdcall.VmCallStatus;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MapGpaChunkingTest {
  private static final VcpuView QUIET = new VcpuView(0, false, true, false);
  private static final VcpuView INTERRUPTED = new VcpuView(0, true, true, false);
  private static final long SHARED = 1L << 47;
  private static final long MIB = 1 << 20;
  private static final long START = 64 * MIB;

  private final TdxKvmSeat seat =
      new TdxKvmSeat(new GuestAddresses(GuestAddressWidth.BITS_48, 52), ConversionRule.BY_VMM);

  private Step.Leave begin(long start, long length) {
    return leave(seat.onCall(QUIET, new VmCall.MapGpa(start, length)));
  }

  private static Step.Leave leave(Step step) {
    return assertInstanceOf(Step.Leave.class, step);
  }

  private Step afterDone(Step.Leave chunk) {
    return seat.onReentry(QUIET, chunk.pending(), Reply.Answer.DONE);
  }

  private static Step result(VmCallStatus status, long r11) {
    return new Step.Return(new VmCallResult(status, r11));
  }

  @Test
  @DisplayName("edge 10: 5 MiB leave in three exits and succeed")
  void fiveMebibytesLeaveInThreeExits() {
    Step.Leave first = begin(START, 5 * MIB);
    Step.Leave second = leave(afterDone(first));
    Step.Leave third = leave(afterDone(second));

    assertEquals(ChunkExit.toPrivate(START, 512), first.exit());
    assertEquals(ChunkExit.toPrivate(START + 2 * MIB, 512), second.exit());
    assertEquals(ChunkExit.toPrivate(START + 4 * MIB, 256), third.exit());
    assertEquals(result(VmCallStatus.SUCCESS, VmCall.MapGpa.LEAF), afterDone(third));
  }

  @Test
  @DisplayName("edge 11: an interrupt between chunks ends the call with RETRY, SHARED bit kept")
  void anInterruptBetweenChunksEndsTheCallWithRetry() {
    Step.Leave first = begin(START | SHARED, 5 * MIB);

    assertEquals(ChunkExit.toShared(START, 512), first.exit());
    assertEquals(
        result(VmCallStatus.RETRY, (START + 2 * MIB) | SHARED),
        seat.onReentry(INTERRUPTED, first.pending(), Reply.Answer.DONE));
  }

  @Test
  @DisplayName("edge 12: an interrupt does not end a request of one chunk")
  void anInterruptDoesNotEndARequestOfOneChunk() {
    Step.Leave only = begin(START, 2 * MIB);

    assertEquals(
        result(VmCallStatus.SUCCESS, VmCall.MapGpa.LEAF),
        seat.onReentry(INTERRUPTED, only.pending(), Reply.Answer.DONE));
  }

  @Test
  @DisplayName("edge 13: chunks count from the request's start and straddle huge pages")
  void chunksCountFromTheStartOfTheRequest() {
    Step.Leave first = begin(START + 4096, 4 * MIB);
    Step.Leave second = leave(afterDone(first));

    assertEquals(ChunkExit.toPrivate(START + 4096, 512), first.exit());
    assertEquals(ChunkExit.toPrivate(START + 4096 + 2 * MIB, 512), second.exit());
    assertEquals(result(VmCallStatus.SUCCESS, VmCall.MapGpa.LEAF), afterDone(second));
  }

  @Test
  @DisplayName("edge 14: EAGAIN tells the guest to come back for the chunk that was refused")
  void eagainNamesTheRefusedChunk() {
    Step.Leave second = leave(afterDone(begin(START | SHARED, 5 * MIB)));

    assertEquals(
        result(VmCallStatus.RETRY, (START + 2 * MIB) | SHARED),
        seat.onReentry(QUIET, second.pending(), Reply.Answer.RETRY));
  }

  @Test
  @DisplayName("edge 17: EINVAL is an invalid operand at the chunk that was refused")
  void einvalNamesTheRefusedChunk() {
    Step.Leave third = leave(afterDone(leave(afterDone(begin(START, 5 * MIB)))));

    assertEquals(
        result(VmCallStatus.INVALID_OPERAND, START + 4 * MIB),
        seat.onReentry(QUIET, third.pending(), Reply.Answer.REFUSE));
  }

  @ParameterizedTest
  @ValueSource(longs = {-11, 16, 1234, -22, Long.MIN_VALUE})
  @DisplayName(
      "tdx.c, tdx_complete_vmcall_map_gpa: any other answer fails KVM_RUN, the call is lost")
  void anyOtherAnswerFailsTheRun(long ret) {
    Step.Leave first = begin(START, 5 * MIB);

    Step.Fail fail =
        assertInstanceOf(
            Step.Fail.class, seat.onReentry(QUIET, first.pending(), new Reply.Answer(ret)));

    assertEquals(Errno.EINVAL, fail.errno());
    VmCallResult untouched = new VmCallResult(VmCallStatus.SUCCESS, VmCall.MapGpa.LEAF);
    assertEquals(new Pending.Forgotten(untouched), fail.pending());
  }

  @Test
  void aReplyToSomethingElseFailsTheRun() {
    Step.Leave first = begin(START, 4096);

    assertInstanceOf(
        Step.Fail.class, seat.onReentry(QUIET, first.pending(), new Reply.Data((byte) 1)));
    assertInstanceOf(Step.Fail.class, seat.onReentry(QUIET, new Foreign(), Reply.Answer.DONE));
  }

  @Test
  @DisplayName("edge 19: R11 never reaches the end of the request")
  void r11NeverReachesTheEndOfTheRequest() {
    for (long pages = 1; pages <= 1100; pages += 157) {
      Step step = seat.onCall(INTERRUPTED, new VmCall.MapGpa(START, pages * 4096));
      while (step instanceof Step.Leave chunk) {
        step = seat.onReentry(INTERRUPTED, chunk.pending(), Reply.Answer.DONE);
      }
      VmCallResult end = (VmCallResult) assertInstanceOf(Step.Return.class, step).result();
      if (end.status().equals(VmCallStatus.RETRY)) {
        assertEquals(START + 2 * MIB, end.r11());
      } else {
        assertEquals(VmCallStatus.SUCCESS, end.status());
      }
    }
  }

  @Test
  void theWholeAddressSpaceBelowTheSharedBitCanBeAsked() {
    Exit exit = begin(0, SHARED).exit();

    assertEquals(ChunkExit.toPrivate(0, 512), exit);
  }

  private record Foreign() implements Pending {}
}
