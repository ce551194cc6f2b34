package io.github.gmem4j.conformance.recorder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.HostVirtualAddress;
import io.github.gmem4j.api.vm.MemorySlot;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.conformance.operation.VmmAnswer;
import io.github.gmem4j.conformance.recording.Field;
import io.github.gmem4j.conformance.recording.Result;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class GuestCallsTest {
  private static final long EINVAL = -22;
  private static final long EAGAIN = -11;
  private static final VmmAnswer CONVERT = new VmmAnswer.Convert();

  private final VirtualMachine vm = mock(VirtualMachine.class);
  private final GuestMemory low = mock(GuestMemory.class);
  private final GuestMemory high = mock(GuestMemory.class);
  private final Descriptors descriptors = new Descriptors();
  private final GuestCalls inPlace = new GuestCalls(new SlotBySlotConverter(vm, descriptors));
  private final GuestCalls byVm = new GuestCalls(new WholeRangeConverter(vm));

  GuestCallsTest() {
    open(0, low);
    open(1, high);
    when(vm.slots()).thenReturn(List.of(slot(1, 100, 4, low, 7), slot(2, 104, 4, high, 0)));
    when(low.convert(any())).thenReturn(new ConversionOutcome.Converted(Shareability.PRIVATE));
    when(high.convert(any())).thenReturn(new ConversionOutcome.Converted(Shareability.PRIVATE));
  }

  @Test
  void convertsTheMemoryOfEachSlotInAscendingOrder() {
    Answered answered = inPlace.answer(toPrivate(102, 3), CONVERT);

    assertEquals(0, answered.ret());
    assertEquals(
        List.of(tried(0, 0x9000, 0x2000, 0), tried(1, 0, 0x1000, 0)),
        answered.conversions().orElseThrow());
  }

  @Test
  void stopsAtTheFirstErrorAndKeepsEarlierPieces() {
    when(low.convert(any()))
        .thenReturn(new ConversionOutcome.Blocked(new ByteOffset(0xa000), List.of()));

    Answered answered = inPlace.answer(toPrivate(103, 2), CONVERT);

    assertEquals(EAGAIN, answered.ret());
    Map<Field, Object> only = answered.conversions().orElseThrow().getFirst().fields();
    assertEquals(1, answered.conversions().orElseThrow().size());
    assertEquals(-1L, only.get(Field.RET));
    assertEquals("EAGAIN", only.get(Field.ERRNO));
    assertEquals(0xa000L, only.get(Field.ERROR_OFFSET));
    verify(high, never()).convert(any());
  }

  @Test
  void convertsNothingUnlessGuestMemoryIsBehindAll() {
    assertRefused(inPlace, toPrivate(99, 2));
    assertRefused(inPlace, toPrivate(107, 2));
    assertRefused(inPlace, toPrivate(50, 1));
    when(vm.slots()).thenReturn(List.of(slot(1, 100, 4, low, 7), slot(2, 105, 4, high, 0)));
    assertRefused(inPlace, toPrivate(103, 3));
    verify(low, never()).convert(any());
  }

  @Test
  void aClosedMemoryCountsAsNone() {
    descriptors.close(1);
    assertRefused(inPlace, toPrivate(103, 2));
    verify(high).close();
  }

  @Test
  void slotsOfAnotherAddressSpaceDoNotCount() {
    when(vm.slots()).thenReturn(List.of(slot(1 << 16 | 1, 100, 4, low, 0)));
    assertRefused(inPlace, toPrivate(100, 1));
  }

  @Test
  void moreThan4096PagesAndRangesThatWrapAreRefusedByEitherVmm() {
    for (GuestCalls calls : List.of(inPlace, byVm)) {
      assertRefused(calls, call(0x1000, 4097));
      assertRefused(calls, call(0x1000, 0xffff_ffff_ffef_ffbeL));
      assertRefused(calls, call(-0x2000, 3));
    }
    verify(vm, never()).setMemoryAttributes(any(), anyLong(), anyLong());
  }

  @Test
  void theVmsAttributesAreChangedByOneCall() {
    when(vm.setMemoryAttributes(GpaRange.of(0x5000, 0x1000000), 8, 0))
        .thenReturn(new ConversionOutcome.Rejected(Errno.EINVAL, "no private memory"));

    Answered answered = byVm.answer(call(0x5000, 4096), CONVERT);

    assertEquals(EINVAL, answered.ret());
    assertEquals(
        Map.of(
            Field.ADDRESS,
            0x5000L,
            Field.SIZE,
            0x1000000L,
            Field.ATTRIBUTES,
            8L,
            Field.RET,
            -1L,
            Field.ERRNO,
            "EINVAL"),
        answered.conversions().orElseThrow().getFirst().fields());
  }

  @Test
  void refusingAndIgnoringConvertNothing() {
    Answered refused = inPlace.answer(toPrivate(100, 1), new VmmAnswer.Refuse(1L << 32));
    Answered ignored = inPlace.answer(toPrivate(100, 1), new VmmAnswer.Ignore());

    assertEquals(new Answered(Optional.empty(), 1L << 32), refused);
    assertEquals(new Answered(Optional.empty(), 0), ignored);
    verify(low, never()).convert(any(ConversionRequest.class));
  }

  private static void assertRefused(GuestCalls calls, Exit.MapGpaRange call) {
    assertEquals(new Answered(Optional.of(List.of()), EINVAL), calls.answer(call, CONVERT));
  }

  private void open(int g, GuestMemory memory) {
    descriptors.open(
        new GuestMemoryFile(g, memory, KernelResult.failed(Errno.ENODEV, "not mapped here")));
  }

  private static Exit.MapGpaRange toPrivate(long gfn, long pages) {
    return call(gfn << 12, pages);
  }

  private static Exit.MapGpaRange call(long gpa, long pages) {
    return new Exit.MapGpaRange(
        new Gpa(gpa), new PageCount(pages), Exit.MapGpaRange.PRIVATE, Exit.MapGpaRange.LONG_MODE);
  }

  private static MemorySlot slot(int id, long gfn, long pages, GuestMemory memory, long first) {
    return new MemorySlot(
        id,
        SlotRequest.GUEST_MEMFD,
        GfnRange.of(gfn, pages),
        HostVirtualAddress.NULL,
        Optional.of(memory),
        new PageIndex(first));
  }

  private static Result tried(long g, long offset, long size, long ret) {
    ByteRange range = ByteRange.of(offset, size);
    return Result.of(
        Map.of(
            Field.G,
            g,
            Field.OFFSET,
            range.start().value(),
            Field.SIZE,
            range.size().value(),
            Field.ATTRIBUTES,
            8L,
            Field.RET,
            ret));
  }
}
