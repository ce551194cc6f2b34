package io.github.gmem4j.backend.kvm.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.participant.PlannedConversion;
import io.github.gmem4j.api.participant.Preparation;
import io.github.gmem4j.api.vm.ConversionScope;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.backend.kvm.fake.FakeHost;
import io.github.gmem4j.backend.kvm.fake.FakeKernel;
import io.github.gmem4j.backend.kvm.probe.ConversionInterface;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where the VM keeps the state, private and shared bytes are different pages. */
class StaleCopiesTest {
  private static final ByteCount SIZE = ByteCount.kib(64);
  private static final Gpa BASE = new Gpa(0x10_0000);
  private static final long PRIVATE = Shareability.ATTRIBUTE_PRIVATE;

  private final FakeHost host = FakeHost.of(FakeKernel.Generation.ATTRIBUTES);
  private GuestMemory memory;
  private SharedBacking backing;
  private StaleCopies copies;

  @BeforeEach
  void bind() {
    memory = host.vm().createGuestMemory(SIZE, 0).orThrow();
    backing = host.kvm().createBacking(SIZE).orThrow();
    host.vm()
        .setMemory(
            new SlotRequest(
                0,
                SlotRequest.GUEST_MEMFD,
                BASE,
                SIZE,
                backing.address(),
                Optional.of(memory),
                ByteOffset.ZERO))
        .orThrow();
    copies = new StaleCopies(host.vm(), List.of(backing));
  }

  @AfterEach
  void nothingIsLeft() {
    backing.close();
    memory.close();
    host.close();
  }

  private PlannedConversion planned(Shareability target, long first, long count) {
    return new PlannedConversion(
        GfnRange.of(BASE.gfn().value() + first, count), target, memory, PageRange.of(first, count));
  }

  private static GuestAction read(long offset) {
    return new GuestAction.Read(new Gpa(BASE.value() + offset), Shareability.SHARED);
  }

  private ActionResult guestReads(long offset) {
    try (Vcpu vcpu = host.vm().createVcpu(GuestProgram.of(read(offset)))) {
      assertEquals(new Exit.Halt(), vcpu.run());
      return vcpu.results().getFirst();
    }
  }

  @Test
  void theKernelIsFoundToConvertThroughTheVm() {
    assertEquals(new ConversionInterface.VmAttributes(), host.vm().conversion());
    assertEquals(ConversionScope.VM, host.vm().conversionScope());
  }

  @Test
  void attributesAreStoredPerFrame() {
    GpaRange two = GpaRange.of(BASE.value(), 0x2000);
    assertEquals(
        new ConversionOutcome.Converted(Shareability.PRIVATE),
        host.vm().setMemoryAttributes(two, PRIVATE, 0));
    assertEquals(
        new ConversionOutcome.AlreadyThere(Shareability.PRIVATE),
        host.vm().setMemoryAttributes(GpaRange.of(BASE.value() + 0x1000, 0x1000), PRIVATE, 0));
    assertEquals(Optional.of(Errno.EINVAL), host.vm().setMemoryAttributes(two, PRIVATE, 1).errno());
    assertEquals(
        new ConversionOutcome.Converted(Shareability.SHARED),
        host.vm().setMemoryAttributes(two, 0, 0));
  }

  @Test
  void contentsDoNotCarryOverAndTheOldCopyIsFreed() {
    backing.bytes().set(ValueLayout.JAVA_BYTE, 0x3005, (byte) 7);
    assertEquals(new ActionResult.Loaded((byte) 7), guestReads(0x3005));
    PlannedConversion toPrivate = planned(Shareability.PRIVATE, 3, 1);
    assertEquals(Preparation.READY, copies.prepare(toPrivate));
    host.vm().setMemoryAttributes(toPrivate.frames().bytes(), PRIVATE, 0);
    copies.commit(toPrivate);
    assertEquals(new ActionResult.Loaded((byte) 0), guestReads(0x3005));
    assertEquals(0, backing.bytes().get(ValueLayout.JAVA_BYTE, 0x3005));
    assertTrue(memory.isPopulated(new PageIndex(3)));

    PlannedConversion toShared = planned(Shareability.SHARED, 3, 1);
    assertEquals(Preparation.READY, copies.prepare(toShared));
    host.vm().setMemoryAttributes(toShared.frames().bytes(), 0, 0);
    copies.commit(toShared);
    assertFalse(memory.isPopulated(new PageIndex(3)));
  }

  @Test
  void anAbortedConversionKeepsTheCopy() {
    backing.bytes().set(ValueLayout.JAVA_BYTE, 0, (byte) 7);
    PlannedConversion planned = planned(Shareability.PRIVATE, 0, 16);
    copies.prepare(planned);
    copies.abort(planned);
    assertEquals(7, backing.bytes().get(ValueLayout.JAVA_BYTE, 0));
  }

  @Test
  void sharedBytesThatLieInNoKnownBackingAreRefused() {
    StaleCopies blind = new StaleCopies(host.vm(), List.of());
    assertInstanceOf(Preparation.Refused.class, blind.prepare(planned(Shareability.PRIVATE, 0, 1)));
    assertEquals(Preparation.READY, blind.prepare(planned(Shareability.SHARED, 0, 1)));
    PlannedConversion elsewhere =
        new PlannedConversion(GfnRange.of(1, 1), Shareability.PRIVATE, memory, PageRange.of(0, 1));
    assertInstanceOf(Preparation.Refused.class, copies.prepare(elsewhere));
    assertEquals("stale copies", copies.name());
  }
}
