package io.github.gmem4j.policy.tdx.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.VcpuView;
import io.github.gmem4j.policy.tdx.ConversionRule;
import io.github.gmem4j.policy.tdx.tdcall.GuestAddressWidth;
import io.github.gmem4j.policy.tdx.tdcall.GuestAddresses;
import io.github.gmem4j.policy.tdx.tdcall.VmCall;
import io.github.gmem4j.policy.tdx.tdcall.VmCallResult;
import io.github.gmem4j.policy.tdx.tdcall.VmCallStatus;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class MapGpaValidationTest {
  private static final VcpuView VCPU = new VcpuView(0, false, true, false);
  private static final long START = 0x10_0000;
  private static final long SHARED_48 = 1L << 47;
  private static final long SHARED_52 = 1L << 51;

  private final TdxKvmSeat seat =
      new TdxKvmSeat(new GuestAddresses(GuestAddressWidth.BITS_48, 52), ConversionRule.BY_VMM);

  private static void assertRefused(VmCallStatus status, long r11, Step step) {
    assertEquals(new Step.Return(new VmCallResult(status, r11)), step);
  }

  private Step map(long start, long length) {
    return seat.onCall(VCPU, new VmCall.MapGpa(start, length));
  }

  @Test
  @DisplayName("edge 1: an empty request is an invalid operand and never leaves KVM")
  void anEmptyRequestIsAnInvalidOperand() {
    assertRefused(VmCallStatus.INVALID_OPERAND, START, map(START, 0));
  }

  @Test
  @DisplayName("edge 2: a request that wraps around 2^64 is an invalid operand")
  void aRequestThatWrapsAroundIsAnInvalidOperand() {
    assertRefused(VmCallStatus.INVALID_OPERAND, START, map(START, -START));
    assertRefused(VmCallStatus.INVALID_OPERAND, START, map(START, -0x1000));
  }

  @Test
  @DisplayName("edge 3: a length of 6000 bytes is an alignment error")
  void aLengthThatIsNoMultipleOfThePageSizeIsAnAlignmentError() {
    assertRefused(VmCallStatus.ALIGN_ERROR, START, map(START, 6000));
    assertRefused(VmCallStatus.ALIGN_ERROR, START + 8, map(START + 8, 4096));
  }

  @Test
  @DisplayName("edge 4: unaligned and empty is an invalid operand, not an alignment error")
  void theRangeIsCheckedBeforeTheAlignment() {
    assertRefused(VmCallStatus.INVALID_OPERAND, START + 1, map(START + 1, 0));
  }

  @Test
  @DisplayName("edge 5: a range across the SHARED bit is an invalid operand")
  void aRangeAcrossTheSharedBitIsAnInvalidOperand() {
    long below = SHARED_48 - 0x1000;

    assertRefused(VmCallStatus.INVALID_OPERAND, below, map(below, 0x2000));
    assertInstanceOf(Step.Leave.class, map(below, 0x1000));
  }

  @Test
  @DisplayName("edge 6: with MAXPHYADDR below GPAW nothing can ever be shared")
  void withFewerPhysicalThanGuestAddressBitsNothingCanBeShared() {
    TdxKvmSeat narrow =
        new TdxKvmSeat(new GuestAddresses(GuestAddressWidth.BITS_48, 46), ConversionRule.BY_VMM);
    long shared = START | SHARED_48;

    assertRefused(
        VmCallStatus.INVALID_OPERAND,
        shared,
        narrow.onCall(VCPU, new VmCall.MapGpa(shared, 0x1000)));
    assertInstanceOf(Step.Leave.class, narrow.onCall(VCPU, new VmCall.MapGpa(START, 0x1000)));
  }

  @Test
  @DisplayName("edge 7: with 52 bits, bit 47 is an address bit and bit 51 decides")
  void withWideAddressesBit47IsAnAddressBit() {
    TdxKvmSeat wide =
        new TdxKvmSeat(new GuestAddresses(GuestAddressWidth.BITS_52, 52), ConversionRule.BY_VMM);

    Step.Leave plain =
        assertInstanceOf(Step.Leave.class, wide.onCall(VCPU, new VmCall.MapGpa(SHARED_48, 0x1000)));
    Step.Leave shared =
        assertInstanceOf(
            Step.Leave.class, wide.onCall(VCPU, new VmCall.MapGpa(SHARED_48 | SHARED_52, 0x1000)));

    assertEquals(ChunkExit.toPrivate(SHARED_48, 1), plain.exit());
    assertEquals(ChunkExit.toShared(SHARED_48, 1), shared.exit());
  }

  @Test
  @DisplayName("edge 8: without exits enabled the call is not supported")
  void withoutExitsTheCallIsNotSupported() {
    VcpuView deaf = new VcpuView(0, false, false, false);

    assertRefused(
        VmCallStatus.SUBFUNC_UNSUPPORTED,
        START + 1,
        seat.onCall(deaf, new VmCall.MapGpa(START + 1, 0)));
  }

  @Test
  @DisplayName("edge 9: KVM forwards a range wherever it lies")
  void aRangeIsForwardedWhereverItLies() {
    Step.Leave step = assertInstanceOf(Step.Leave.class, map(0xFEC0_0000L, 0x1000));

    assertEquals(ChunkExit.toPrivate(0xFEC0_0000L, 1), step.exit());
  }

  @Test
  void callsThatNobodyServesAreNotSupported() {
    assertRefused(
        VmCallStatus.SUBFUNC_UNSUPPORTED, 0x10005, seat.onCall(VCPU, new VmCall.Other(0x10005)));
    assertRefused(
        VmCallStatus.SUBFUNC_UNSUPPORTED,
        VmCall.GetQuote.LEAF,
        seat.onCall(VCPU, new VmCall.GetQuote(START | SHARED_48, 0x2000)));
  }

  @Test
  void aQuoteBufferThatIsNotSharedIsAnInvalidOperand() {
    assertRefused(
        VmCallStatus.INVALID_OPERAND,
        VmCall.GetQuote.LEAF,
        seat.onCall(VCPU, new VmCall.GetQuote(START, 0x2000)));
  }

  @Test
  void aCallOfAnotherArchitectureIsNotSupported() {
    record ForeignCall() implements io.github.gmem4j.api.guest.GuestCall {}

    assertRefused(VmCallStatus.SUBFUNC_UNSUPPORTED, 0, seat.onCall(VCPU, new ForeignCall()));
  }
}
