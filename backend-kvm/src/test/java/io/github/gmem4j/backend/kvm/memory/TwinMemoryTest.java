package io.github.gmem4j.backend.kvm.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.memory.Signal;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.vm.ConversionScope;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.backend.kvm.Kvm;
import io.github.gmem4j.backend.kvm.PlainGuest;
import io.github.gmem4j.backend.kvm.fake.FakeKernel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two copies that look like one, over the fake kernel. */
class TwinMemoryTest {
  private static final ByteCount SIZE = ByteCount.kib(64);
  private static final ByteRange ALL = ByteRange.of(0, SIZE.value());
  private static final ByteRange SECOND = ByteRange.of(0x1000, 0x1000);
  private static final Gpa BASE = new Gpa(0x10_0000);
  private static final Exit HALT = new Exit.Halt();
  private static final HostAccess.Fault PRIVATE =
      new HostAccess.Fault(Signal.SIGBUS, "page 1 is private");

  private final FakeKernel kernel = new FakeKernel(FakeKernel.Generation.ATTRIBUTES);
  private final Kvm kvm = Kvm.open(kernel).orThrow();
  private final List<RoadEvent> events = new ArrayList<>();
  private final VirtualMachine vm =
      kvm.createConvertingVm(PlainGuest.policy(VmType.SW_PROTECTED), events::add).orThrow();
  private GuestMemory memory;
  private HostMapping mapping;

  @BeforeEach
  void create() {
    memory = vm.createGuestMemory(SIZE, GuestMemory.MMAP | GuestMemory.INIT_SHARED).orThrow();
    mapping = memory.map(SIZE).orThrow();
    vm.setMemory(SlotRequest.bind(0, BASE, memory)).orThrow();
  }

  @AfterEach
  void nothingIsLeft() {
    mapping.close();
    memory.close();
    vm.close();
    kvm.close();
    kernel.assertNothingLeft();
  }

  private HostAccess load(long at) {
    return mapping.load(new ByteOffset(at), new byte[1]);
  }

  private byte hostByte(long at) {
    byte[] one = new byte[1];
    assertEquals(HostAccess.DONE, mapping.load(new ByteOffset(at), one));
    return one[0];
  }

  private ActionResult guest(GuestAction action) {
    try (Vcpu vcpu = vm.createVcpu(GuestProgram.of(action))) {
      assertEquals(HALT, vcpu.run());
      return vcpu.results().getFirst();
    }
  }

  private ActionResult guestReads(long at) {
    return guest(new GuestAction.Read(new Gpa(BASE.value() + at), Shareability.SHARED));
  }

  private void guestWrites(long at, int value) {
    guest(new GuestAction.Write(new Gpa(BASE.value() + at), Shareability.SHARED, (byte) value));
  }

  @Test
  void theVmLooksLikeOneWhoseKernelConvertsInPlace() {
    assertEquals(ConversionScope.GUEST_MEMORY, vm.conversionScope());
    assertEquals(
        Optional.of(Errno.ENOTTY), vm.setMemoryAttributes(GpaRange.of(0, 4096), 0, 0).errno());
    assertSame(memory, vm.slots().getFirst().memory().orElseThrow());
    assertEquals(Errno.ENOTTY, errno(vm.linkGuestMemory(memory)));
  }

  private static Errno errno(KernelResult<?> result) {
    return assertInstanceOf(KernelResult.Failed.class, result).errno();
  }

  @Test
  void hostAndGuestSeeTheSameSharedBytes() {
    mapping.store(new ByteOffset(0x1005), new byte[] {42});
    assertEquals(new ActionResult.Loaded((byte) 42), guestReads(0x1005));
    guestWrites(0x1005, 43);
    assertEquals(43, hostByte(0x1005));
  }

  @Test
  void aPrivatePageIsASigbusForTheHostAndItsNeighboursAreNot() {
    assertEquals(
        new ConversionOutcome.Converted(Shareability.PRIVATE),
        memory.convert(ConversionRequest.toPrivate(SECOND)));
    assertEquals(PRIVATE, load(0x1000));
    assertEquals(HostAccess.DONE, load(0xFFF));
    assertEquals(HostAccess.DONE, load(0x2000));
    try (HostMapping later = memory.map(SIZE).orThrow();
        HostMapping again = later.duplicate()) {
      assertEquals(PRIVATE, later.load(new ByteOffset(0x1FFF), new byte[1]));
      assertEquals(PRIVATE, again.store(new ByteOffset(0x1000), new byte[1]));
      assertEquals(HostAccess.DONE, again.store(new ByteOffset(0), new byte[1]));
    }
  }

  @Test
  void aConversionLeavesZeroesInBothDirections() {
    mapping.store(new ByteOffset(0x1000), new byte[] {42});
    memory.convert(ConversionRequest.toPrivate(SECOND));
    assertEquals(new ActionResult.Loaded((byte) 0), guestReads(0x1000));
    guestWrites(0x1000, 7);
    assertEquals(new ActionResult.Loaded((byte) 7), guestReads(0x1000));
    memory.convert(ConversionRequest.toShared(SECOND));
    assertEquals(0, hostByte(0x1000));
    memory.convert(ConversionRequest.toPrivate(SECOND));
    assertEquals(new ActionResult.Loaded((byte) 0), guestReads(0x1000));
  }

  @Test
  void whatIsThereAlreadyIsSaid() {
    assertEquals(
        new ConversionOutcome.AlreadyThere(Shareability.SHARED),
        memory.convert(ConversionRequest.toShared(ALL)));
    assertEquals(1, events.stream().filter(RoadEvent.ConversionTried.class::isInstance).count());
  }

  @Test
  void aKernelThatConvertsInPlaceWouldRefuseTheSame() {
    for (ConversionRequest illegal :
        List.of(
            ConversionRequest.toPrivate(ByteRange.of(0, 0)),
            ConversionRequest.toPrivate(ByteRange.of(1, 0x1000)),
            ConversionRequest.toPrivate(ByteRange.of(0, 0x1001)),
            ConversionRequest.toPrivate(ByteRange.of(0x1000, SIZE.value())),
            ConversionRequest.toPrivate(ByteRange.of(-0x1000, 0x2000)),
            new ConversionRequest(SECOND, 1, 0, 0),
            new ConversionRequest(SECOND, 8, 1, 0),
            new ConversionRequest(SECOND, 8, 0, 1))) {
      assertEquals(Optional.of(Errno.EINVAL), memory.convert(illegal).errno(), illegal::toString);
    }
    assertEquals(Shareability.SHARED, memory.shareability(new PageIndex(1)));
    assertEquals(HostAccess.DONE, load(0x1000));
  }

  @Test
  void whatWasBoundBeforeAndAfterAConversionShowsTheSameState() {
    memory.convert(ConversionRequest.toPrivate(SECOND));
    Gpa other = new Gpa(0x80_0000);
    vm.setMemory(SlotRequest.delete(0)).orThrow();
    vm.setMemory(SlotRequest.bind(3, other, memory)).orThrow();
    guest(new GuestAction.Write(new Gpa(other.value() + 0x1000), Shareability.SHARED, (byte) 9));
    assertEquals(PRIVATE, load(0x1000));
    memory.convert(ConversionRequest.toShared(SECOND));
    assertEquals(0, hostByte(0x1000));
    // Frames that lost their slot count as shared: nobody's memory, and no fault.
    try (Vcpu vcpu =
        vm.createVcpu(
            GuestProgram.of(
                new GuestAction.Read(new Gpa(BASE.value() + 0x1000), Shareability.SHARED)))) {
      assertInstanceOf(Exit.Mmio.class, vcpu.run());
    }
  }

  @Test
  void aHoleMayReachPastTheEndOrLieThere() {
    mapping.store(new ByteOffset(SIZE.value() - 1), new byte[] {5});
    ByteRange last = ByteRange.of(SIZE.value() - 4096, 8192);
    ByteRange past = ByteRange.of(SIZE.value(), 4096);
    ByteRange furthest = ByteRange.of(0x7fff_ffff_ffff_e000L, 4096);

    assertEquals(past, memory.punchHole(past).orThrow());
    assertEquals(furthest, memory.punchHole(furthest).orThrow());
    byte[] loaded = {9};
    assertEquals(HostAccess.DONE, mapping.load(new ByteOffset(SIZE.value() - 1), loaded));
    assertEquals(5, loaded[0]);

    assertEquals(last, memory.punchHole(last).orThrow());
    assertEquals(HostAccess.DONE, mapping.load(new ByteOffset(SIZE.value() - 1), loaded));
    assertEquals(0, loaded[0]);
  }

  @Test
  void aHolePunchedThroughEmptiesBothKindsOfPages() {
    memory.convert(ConversionRequest.toPrivate(SECOND));
    guestWrites(0x1000, 7);
    mapping.store(new ByteOffset(0x2000), new byte[] {8});
    assertEquals(ALL, memory.punchHole(ALL).orThrow());
    assertEquals(new ActionResult.Loaded((byte) 0), guestReads(0x1000));
    assertEquals(0, hostByte(0x2000));
    assertEquals(ALL, memory.allocate(ALL).orThrow());
    assertEquals(Shareability.PRIVATE, memory.shareability(new PageIndex(1)));
  }

  @Test
  void memoryThatBeginsPrivateIsHiddenFromTheFirstMapping() {
    try (GuestMemory other = vm.createGuestMemory(SIZE, GuestMemory.MMAP).orThrow();
        HostMapping view = other.map(SIZE).orThrow()) {
      assertInstanceOf(HostAccess.Fault.class, view.load(new ByteOffset(0x1000), new byte[1]));
      other.convert(ConversionRequest.toShared(SECOND));
      assertEquals(HostAccess.DONE, view.load(new ByteOffset(0x1000), new byte[1]));
    }
  }

  @Test
  void flagsAreTheKernelsToRefuse() {
    assertEquals(Errno.EINVAL, errno(vm.createGuestMemory(SIZE, 4)));
    assertEquals(Errno.EINVAL, errno(vm.createGuestMemory(new ByteCount(4097), 0)));
    assertEquals(Errno.EINVAL, errno(memory.map(ByteCount.ZERO)));
  }

  @Test
  void aMemoryThatCannotBeMappedIsRefusedInTheKernelsOrder() {
    GuestMemory unmappable = vm.createGuestMemory(SIZE, 0).orThrow();
    assertEquals(Errno.ENODEV, errno(unmappable.map(SIZE)));
    assertEquals(Errno.EINVAL, errno(unmappable.map(ByteCount.ZERO)));
    unmappable.close();
    assertEquals(Errno.EBADF, errno(unmappable.map(SIZE)));
  }

  @Test
  void aMappingOutlivesItsMemory() {
    memory.convert(ConversionRequest.toPrivate(SECOND));
    memory.close();
    assertEquals(
        Optional.of(Errno.EBADF), memory.convert(ConversionRequest.toShared(SECOND)).errno());
    assertEquals(Errno.EBADF, errno(memory.map(SIZE)));
    assertEquals(HostAccess.DONE, load(0));
    assertEquals(PRIVATE, load(0x1000));
    assertThrows(IndexOutOfBoundsException.class, () -> memory.shareability(new PageIndex(16)));
  }

  @Test
  void aConversionThatCannotBeDoneChangesNothing() {
    memory.convert(ConversionRequest.toPrivate(SECOND));
    mapping.store(new ByteOffset(0), new byte[] {5});
    for (int position = 0; position < 3; position++) {
      kernel.failAt(position, Errno.ENOMEM.number());
      ConversionOutcome outcome = memory.convert(ConversionRequest.toPrivate(ALL));
      kernel.failAt(-1, 0);
      assertEquals(Optional.of(Errno.ENOMEM), outcome.errno(), "failure at " + position);
      assertEquals(5, hostByte(0));
      assertEquals(PRIVATE, load(0x1000));
      assertEquals(Shareability.SHARED, memory.shareability(new PageIndex(0)));
      assertEquals(new ActionResult.Loaded((byte) 5), guestReads(0));
    }
  }
}
