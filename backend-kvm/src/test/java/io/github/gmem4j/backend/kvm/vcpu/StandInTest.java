package io.github.gmem4j.backend.kvm.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.guest.PlatformInstruction;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.SystemEventKind;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.backend.kvm.PlainGuest;
import io.github.gmem4j.backend.kvm.TranslatingSeat;
import io.github.gmem4j.backend.kvm.fake.FakeHost;
import io.github.gmem4j.backend.kvm.fake.FakeKernel;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A guest of an architecture that the kernel lacks, in a software-protected VM. */
class StandInTest {
  private static final ByteCount SIZE = ByteCount.kib(64);
  private static final Gpa BASE = new Gpa(0x10_0000);
  private static final Exit HALT = new Exit.Halt();
  private static final GpaRange THREE = new GpaRange(BASE, ByteCount.kib(12));

  private final FakeHost host =
      new FakeHost(new FakeKernel(FakeKernel.Generation.IN_PLACE), VmType.CONFIDENTIAL);
  private GuestMemory memory;

  @BeforeEach
  void bind() {
    memory =
        host.vm().createGuestMemory(SIZE, GuestMemory.MMAP | GuestMemory.INIT_SHARED).orThrow();
    host.vm().setMemory(SlotRequest.bind(0, BASE, memory)).orThrow();
  }

  @AfterEach
  void nothingIsLeft() {
    memory.close();
    host.close();
  }

  private void enableExits() {
    host.vm().enableExitHypercalls(host.vm().exitHypercalls()).orThrow();
  }

  private void makePrivate() {
    memory.convert(ConversionRequest.toPrivate(ByteRange.of(0, SIZE.value())));
  }

  private Vcpu vcpu(GuestAction... actions) {
    return host.vm().createVcpu(GuestProgram.of(actions));
  }

  private static GuestAction execute(PlatformInstruction instruction) {
    return new GuestAction.Execute(instruction);
  }

  private static Exit exit(int page) {
    return new Exit.MapGpaRange(
        new Gfn(BASE.gfn().value() + page).gpa(),
        new PageCount(1),
        Exit.MapGpaRange.PRIVATE,
        Exit.MapGpaRange.LONG_MODE);
  }

  @Test
  void theVmIsSoftwareProtected() {
    assertEquals(VmType.SW_PROTECTED, host.vm().type());
  }

  @Test
  void aCallBecomesAsManyPlainHypercallsAsItsSeatWantsExits() {
    enableExits();
    try (Vcpu vcpu = vcpu(new GuestAction.Call(new TranslatingSeat.Claim(THREE)))) {
      assertEquals(exit(0), vcpu.run());
      assertEquals(exit(1), vcpu.run(Reply.Answer.DONE));
      assertEquals(exit(2), vcpu.run(Reply.Answer.DONE));
      assertEquals(HALT, vcpu.run(Reply.Answer.DONE));
      assertEquals(
          List.of(new ActionResult.Returned(new TranslatingSeat.Claimed(3, 0))), vcpu.results());
    }
  }

  @Test
  void theSeatHearsWhatTheVmmAnswers() {
    enableExits();
    try (Vcpu vcpu = vcpu(new GuestAction.Call(new TranslatingSeat.Claim(THREE)))) {
      assertEquals(exit(0), vcpu.run());
      assertEquals(exit(1), vcpu.run(Reply.Answer.DONE));
      assertEquals(HALT, vcpu.run(Reply.Answer.RETRY));
      assertEquals(
          List.of(new ActionResult.Returned(new TranslatingSeat.Claimed(1, 11))), vcpu.results());
    }
  }

  @Test
  void theSeatKnowsWhetherExitsAreEnabled() {
    try (Vcpu vcpu = vcpu(new GuestAction.Call(new TranslatingSeat.Claim(THREE)))) {
      assertEquals(HALT, vcpu.run());
      assertEquals(
          List.of(new ActionResult.Returned(new TranslatingSeat.Claimed(0, -1))), vcpu.results());
    }
  }

  @Test
  void aCallThatOnlyAKernelOfTheArchitectureServesIsAnException() {
    enableExits();
    try (Vcpu vcpu = vcpu(new GuestAction.Call(new TranslatingSeat.Native(THREE)))) {
      assertEquals(HALT, vcpu.run());
      ActionResult.Excepted excepted =
          assertInstanceOf(ActionResult.Excepted.class, vcpu.results().getFirst());
      assertTrue(excepted.reason().contains("does not convert inside run()"), excepted::reason);
    }
  }

  @Test
  void aGuestThatEndsItselfLeavesAndDoesNotRunOn() {
    try (Vcpu vcpu =
        vcpu(call(new TranslatingSeat.End(0x11100)), call(new TranslatingSeat.End(2)))) {
      assertEquals(ended(0x11100), vcpu.run());
      assertEquals(List.of(), vcpu.results());
      assertEquals(ended(2), vcpu.run());
      assertEquals(returned(0x11100), vcpu.results().getLast());
      assertEquals(HALT, vcpu.run());
      assertEquals(List.of(returned(0x11100), returned(2)), vcpu.results());
    }
  }

  @Test
  void aGuestKernelThatHaltsForGoodFinishesNothing() {
    GuestAction takeBack = new GuestAction.Request(THREE, Shareability.PRIVATE);
    try (Vcpu vcpu = vcpu(takeBack, call(new TranslatingSeat.End(1)))) {
      enableExits();
      assertInstanceOf(Exit.MapGpaRange.class, vcpu.run());
      assertEquals(HALT, vcpu.run(new Reply.Answer(PlainGuest.DEADLY)));
      assertEquals(HALT, vcpu.run());
      assertEquals(List.of(), vcpu.results());
      vcpu.load(GuestProgram.of(call(new TranslatingSeat.End(1))));
      assertEquals(ended(1), vcpu.run());
    }
  }

  @Test
  void aCallAtWhichRunFailsIsMadeAgain() {
    Exit fails =
        new Exit.Failed(
            Errno.EINVAL, "no call of this architecture: " + new TranslatingSeat.Broken());
    try (Vcpu vcpu = vcpu(call(new TranslatingSeat.Broken()))) {
      assertEquals(fails, vcpu.run());
      assertEquals(fails, vcpu.run());
      assertEquals(Errno.EINVAL, failed(vcpu.run(Reply.Answer.DONE)).errno());
      assertEquals(List.of(), vcpu.results());
    }
  }

  @Test
  void aReplyAtWhichRunFailsIsGivenAgain() {
    enableExits();
    try (Vcpu vcpu = vcpu(call(new TranslatingSeat.Stubborn(7)))) {
      assertInstanceOf(Exit.MapGpaRange.class, vcpu.run());
      assertEquals("not " + new Reply.Answer(6), failed(vcpu.run(new Reply.Answer(6))).reason());
      assertEquals("not " + Reply.Answer.DONE, failed(vcpu.run()).reason());
      assertEquals(Errno.EINVAL, failed(vcpu.run(new Reply.Data((byte) 7))).errno());
      assertEquals(HALT, vcpu.run(new Reply.Answer(7)));
      assertEquals(List.of(returned(7)), vcpu.results());
    }
  }

  @Test
  void aCallThatTheKernelHasLostIsOverWhateverTheVmmSays() {
    enableExits();
    for (Reply reply : List.of(Reply.RESUME, new Reply.Answer(6))) {
      try (Vcpu vcpu = vcpu(call(new TranslatingSeat.Lost(9)))) {
        assertInstanceOf(Exit.MapGpaRange.class, vcpu.run());
        assertEquals("lost", failed(vcpu.run(Reply.Answer.DONE)).reason());
        assertEquals(List.of(), vcpu.results());
        assertEquals(HALT, vcpu.run(reply));
        assertEquals(List.of(returned(9)), vcpu.results());
      }
    }
  }

  private static GuestAction call(GuestCall call) {
    return new GuestAction.Call(call);
  }

  private static Exit ended(long why) {
    return new Exit.SystemEvent(SystemEventKind.TERMINATED, List.of(why));
  }

  private static ActionResult returned(long value) {
    return new ActionResult.Returned(new TranslatingSeat.Claimed(0, value));
  }

  private static Exit.Failed failed(Exit exit) {
    return assertInstanceOf(Exit.Failed.class, exit);
  }

  @Test
  void anInstructionClearsItsPagesOneAfterTheOther() {
    try (HostMapping mapping = memory.map(SIZE).orThrow();
        Vcpu vcpu = vcpu(execute(new PlainGuest.Clean(new GpaRange(BASE, ByteCount.kib(8)))))) {
      byte[] full = new byte[3 * 4096];
      Arrays.fill(full, (byte) 0x77);
      mapping.store(new ByteOffset(0), full);
      makePrivate();
      assertEquals(HALT, vcpu.run());
      assertEquals(
          List.of(new ActionResult.Executed(new PlainGuest.Done("clean"))), vcpu.results());
      memory.convert(ConversionRequest.toShared(ByteRange.of(0, SIZE.value())));
      byte[] now = new byte[3 * 4096];
      mapping.load(new ByteOffset(0), now);
      for (int i = 0; i < now.length; i++) {
        assertEquals(i < 2 * 4096 ? 0 : 0x77, now[i], "byte " + i);
      }
      assertEquals(
          2, host.events().stream().filter(RoadEvent.PageMapped.class::isInstance).count());
    }
  }

  @Test
  void anInstructionThatTouchesNothingYieldsItsResult() {
    try (Vcpu vcpu = vcpu(execute(new PlainGuest.Nod()))) {
      assertEquals(HALT, vcpu.run());
      assertEquals(List.of(new ActionResult.Executed(new PlainGuest.Done("nod"))), vcpu.results());
    }
  }

  private record Unknown() implements PlatformInstruction {}

  @Test
  void anInstructionWithoutASubstituteIsUndefined() {
    try (Vcpu vcpu = vcpu(execute(new Unknown()))) {
      assertEquals(HALT, vcpu.run());
      assertEquals(
          List.of(new ActionResult.Excepted("undefined instruction: Unknown[]")), vcpu.results());
    }
  }

  @Test
  void anAccessOfTheWrongKindIsRefusedAndTriedAgain() {
    try (Vcpu vcpu = vcpu(new GuestAction.Write(BASE, Shareability.PRIVATE, (byte) 1))) {
      assertEquals(Errno.EOPNOTSUPP, assertInstanceOf(Exit.Failed.class, vcpu.run()).errno());
      assertEquals(List.of(), vcpu.results());
      makePrivate();
      assertEquals(HALT, vcpu.run());
      assertEquals(List.of(new ActionResult.Stored()), vcpu.results());
    }
  }

  @Test
  void aPageCountsAsMappedOnceUntilItIsTakenAway() {
    GuestAction touch = new GuestAction.Touch(BASE, Shareability.SHARED);
    try (Vcpu vcpu = vcpu(touch, touch)) {
      assertEquals(HALT, vcpu.run());
      memory.fallocate(GuestMemory.PUNCH_HOLE | GuestMemory.KEEP_SIZE, ByteRange.of(0, 4096));
      vcpu.load(GuestProgram.of(touch));
      assertEquals(HALT, vcpu.run());
      RoadEvent mapped = new RoadEvent.PageMapped(0, BASE.gfn(), Shareability.SHARED);
      assertEquals(
          List.of(mapped, mapped),
          host.events().stream().filter(RoadEvent.PageMapped.class::isInstance).toList());
    }
  }
}
