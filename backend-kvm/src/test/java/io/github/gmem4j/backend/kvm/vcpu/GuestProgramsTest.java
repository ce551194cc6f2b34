package io.github.gmem4j.backend.kvm.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.guest.PlainHypercall;
import io.github.gmem4j.api.guest.PlainResult;
import io.github.gmem4j.api.guest.PlatformInstruction;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.KernelException;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.Prefault;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.backend.kvm.fake.FakeHost;
import io.github.gmem4j.backend.kvm.fake.FakeKernel;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The guest's real code, interpreted byte by byte by the fake kernel's vCPU. */
class GuestProgramsTest {
  private static final ByteCount SIZE = ByteCount.kib(64);
  private static final Gpa BASE = new Gpa(0x10_0000);
  private static final Gpa NOBODYS = new Gpa(0xF000_0123L);
  private static final Exit HALT = new Exit.Halt();

  private FakeHost host = FakeHost.of(FakeKernel.Generation.IN_PLACE);

  @AfterEach
  void nothingIsLeft() {
    host.close();
  }

  private void replaceHost(FakeHost other) {
    host.close();
    host = other;
  }

  private GuestMemory bind() {
    GuestMemory memory = host.vm().createGuestMemory(SIZE, GuestMemory.MMAP).orThrow();
    host.vm().setMemory(SlotRequest.bind(0, BASE, memory)).orThrow();
    host.vm().enableExitHypercalls(host.vm().exitHypercalls()).orThrow();
    return memory;
  }

  private static GuestAction read(Gpa at) {
    return new GuestAction.Read(at, Shareability.PRIVATE);
  }

  private static GuestAction write(Gpa at, int value) {
    return new GuestAction.Write(at, Shareability.PRIVATE, (byte) value);
  }

  private static GuestAction touch(Gpa at) {
    return new GuestAction.Touch(at, Shareability.PRIVATE);
  }

  private static Gpa at(long offset) {
    return new Gpa(BASE.value() + offset);
  }

  private static ActionResult returned(long value) {
    return new ActionResult.Returned(new PlainResult(value));
  }

  private static GuestAction call(long number, long gpa, long pages, int privilege) {
    return new GuestAction.Call(new PlainHypercall(number, gpa, pages, 0, privilege));
  }

  @Test
  void aGuestReadsBackWhatItWroteOnManyPages() {
    try (GuestMemory memory = bind();
        Vcpu vcpu =
            host.vm()
                .createVcpu(
                    GuestProgram.of(
                        write(at(0), 1),
                        write(at(0x2FFF), 0x80),
                        touch(at(0x5000)),
                        read(at(0)),
                        read(at(0x2FFF))))) {
      assertEquals(HALT, vcpu.run());
      assertEquals(
          List.of(
              new ActionResult.Stored(),
              new ActionResult.Stored(),
              new ActionResult.Touched(),
              new ActionResult.Loaded((byte) 1),
              new ActionResult.Loaded((byte) 0x80)),
          vcpu.results());
      assertEquals(HALT, vcpu.run());
      assertEquals(5, vcpu.results().size());
      assertEquals(SIZE, memory.size());
    }
  }

  @Test
  void guestAndHostSeeTheSameBytesOfASharedPage() {
    try (GuestMemory memory = bind();
        HostMapping mapping = memory.map(SIZE).orThrow();
        Vcpu vcpu = host.vm().createVcpu(GuestProgram.of(write(at(7), 42)))) {
      assertEquals(HALT, vcpu.run());
      assertInstanceOf(HostAccess.Fault.class, mapping.load(new ByteOffset(7), new byte[1]));
      memory
          .convert(
              ConversionRequest.toShared(io.github.gmem4j.api.memory.ByteRange.of(0, SIZE.value())))
          .errno()
          .ifPresent(errno -> org.junit.jupiter.api.Assertions.fail(errno.toString()));
      byte[] one = new byte[1];
      assertEquals(HostAccess.DONE, mapping.load(new ByteOffset(7), one));
      assertEquals(42, one[0]);
      mapping.store(new ByteOffset(7), new byte[] {43});
      vcpu.load(GuestProgram.of(read(at(7))));
      assertEquals(HALT, vcpu.run());
      assertEquals(List.of(new ActionResult.Loaded((byte) 43)), vcpu.results());
    }
  }

  @Test
  void aCallLeavesWithItsArgumentsAndReturnsTheVmmsAnswer() {
    for (long answer : new long[] {0, 11, -11, Long.MIN_VALUE}) {
      try (GuestMemory memory = bind();
          Vcpu vcpu =
              host.vm()
                  .createVcpu(
                      GuestProgram.of(
                          new GuestAction.Call(
                              new PlainHypercall(12, BASE.value(), 16, 0x11, 0))))) {
        assertEquals(new Exit.MapGpaRange(BASE, new PageCount(16), 0x11, 1), vcpu.run());
        assertEquals(List.of(), vcpu.results());
        assertEquals(HALT, vcpu.run(new Reply.Answer(answer)));
        assertEquals(List.of(returned(answer)), vcpu.results());
        host.vm().setMemory(SlotRequest.delete(0)).orThrow();
        assertEquals(SIZE, memory.size());
      }
    }
  }

  @Test
  void anUnansweredCallReturnsZeroAsTheKernelPreparedIt() {
    try (GuestMemory memory = bind();
        Vcpu vcpu = host.vm().createVcpu(GuestProgram.of(call(12, BASE.value(), 1, 0)))) {
      assertInstanceOf(Exit.MapGpaRange.class, vcpu.run());
      assertEquals(HALT, vcpu.run());
      assertEquals(List.of(returned(0)), vcpu.results());
      assertEquals(SIZE, memory.size());
    }
  }

  @Test
  void malformedCallsAreAnsweredWithoutAnExit() {
    try (GuestMemory memory = bind();
        Vcpu vcpu =
            host.vm()
                .createVcpu(
                    GuestProgram.of(
                        call(11, BASE.value(), 1, 0),
                        call(12, BASE.value() + 1, 1, 0),
                        call(12, BASE.value(), 0, 0),
                        call(12, BASE.value(), 1, 3),
                        read(at(0))))) {
      assertEquals(HALT, vcpu.run());
      assertEquals(
          List.of(
              returned(-1000),
              returned(-22),
              returned(-22),
              returned(-1),
              new ActionResult.Loaded((byte) 0)),
          vcpu.results());
      assertEquals(SIZE, memory.size());
    }
  }

  @Test
  void amdsProcessorsAreCalledInTheirOwnWay() {
    replaceHost(
        new FakeHost(new FakeKernel(FakeKernel.Generation.IN_PLACE).onAmd(), VmType.SW_PROTECTED));
    try (Vcpu vcpu = host.vm().createVcpu(GuestProgram.of(call(12, 0, 1, 0)))) {
      assertEquals(HALT, vcpu.run());
      assertEquals(List.of(returned(-1000)), vcpu.results());
    }
  }

  @Test
  void aRequestIsPlayedMoveByMove() {
    GpaRange range = GpaRange.of(BASE.value(), SIZE.value());
    try (GuestMemory memory = bind();
        Vcpu vcpu =
            host.vm()
                .createVcpu(
                    GuestProgram.of(
                        new GuestAction.Request(range, Shareability.SHARED),
                        new GuestAction.Request(range, Shareability.PRIVATE)))) {
      assertEquals(new Exit.MapGpaRange(BASE, new PageCount(16), 0, 1), vcpu.run());
      assertEquals(
          Shareability.PRIVATE,
          assertInstanceOf(Exit.MapGpaRange.class, vcpu.run(Reply.Answer.DONE)).target());
      assertEquals(HALT, vcpu.run(Reply.Answer.REFUSE));
      assertEquals(
          List.of(new ActionResult.Fulfilled(), new ActionResult.GaveUp("hypercall returned 22")),
          vcpu.results());
      assertEquals(2, host.events().stream().filter(RoadEvent.CallMade.class::isInstance).count());
      assertEquals(SIZE, memory.size());
    }
  }

  @Test
  void addressesOfNobodyAreTheVmmsToAnswer() {
    try (Vcpu vcpu =
        host.vm().createVcpu(GuestProgram.of(read(NOBODYS), write(NOBODYS, 9), touch(NOBODYS)))) {
      assertEquals(new Exit.Mmio(NOBODYS, 1, Optional.empty()), vcpu.run());
      assertEquals(
          new Exit.Mmio(NOBODYS, 1, Optional.of((byte) 9)), vcpu.run(new Reply.Data((byte) 0x33)));
      assertInstanceOf(Exit.Failed.class, vcpu.run(new Reply.Data((byte) 1)));
      assertEquals(new Exit.Mmio(NOBODYS, 1, Optional.empty()), vcpu.run());
      assertEquals(HALT, vcpu.run());
      assertEquals(
          List.of(
              new ActionResult.Loaded((byte) 0x33),
              new ActionResult.Stored(),
              new ActionResult.Touched()),
          vcpu.results());
    }
  }

  @Test
  void aMismatchFaultsUntilTheVmmConverts() {
    replaceHost(
        new FakeHost(new FakeKernel(FakeKernel.Generation.ATTRIBUTES), VmType.SW_PROTECTED));
    GuestMemory memory = bind();
    host.vm().setMemoryAttributes(GpaRange.of(0x9000, 4096), 8, 0);
    try (Vcpu vcpu = host.vm().createVcpu(GuestProgram.of(write(new Gpa(0x9010), 1)))) {
      Exit fault =
          new Exit.MemoryFault(
              new Gpa(0x9000),
              ByteCount.PAGE,
              Shareability.PRIVATE,
              Errno.EFAULT,
              Optional.empty());
      assertEquals(fault, vcpu.run());
      assertEquals(fault, vcpu.run());
      host.vm().setMemoryAttributes(GpaRange.of(0x9000, 4096), 0, 0);
      assertInstanceOf(Exit.Mmio.class, vcpu.run());
      assertEquals(HALT, vcpu.run());
    }
    memory.close();
  }

  @Test
  void aClosedMemoryFaults() {
    GuestMemory memory = bind();
    try (Vcpu vcpu = host.vm().createVcpu(GuestProgram.of(read(at(0))))) {
      memory.close();
      assertInstanceOf(Exit.MemoryFault.class, vcpu.run());
    }
  }

  @Test
  void aReplacedProgramForgetsWhatTheOldOneLeftOpen() {
    try (GuestMemory memory = bind();
        Vcpu vcpu =
            host.vm().createVcpu(GuestProgram.of(write(at(1), 5), call(12, BASE.value(), 1, 0)))) {
      assertInstanceOf(Exit.MapGpaRange.class, vcpu.run());
      vcpu.load(GuestProgram.of(read(at(1))));
      assertEquals(List.of(), vcpu.results());
      assertEquals(HALT, vcpu.run());
      assertEquals(List.of(new ActionResult.Loaded((byte) 5)), vcpu.results());
      assertEquals(SIZE, memory.size());
    }
  }

  @Test
  void aKickEndsOneRunAndLosesNothing() {
    try (GuestMemory memory = bind();
        Vcpu vcpu = host.vm().createVcpu(GuestProgram.of(call(12, BASE.value(), 1, 0)))) {
      vcpu.kick();
      assertEquals(new Exit.Interrupted(), vcpu.run());
      assertInstanceOf(Exit.MapGpaRange.class, vcpu.run());
      vcpu.kick();
      assertEquals(new Exit.Interrupted(), vcpu.run(Reply.Answer.RETRY));
      assertEquals(HALT, vcpu.run());
      assertEquals(List.of(returned(11)), vcpu.results());
      assertEquals(SIZE, memory.size());
    }
  }

  @Test
  void whatTheGuestCannotDoIsAnException() {
    record Accept() implements PlatformInstruction {}
    try (Vcpu vcpu =
        host.vm()
            .createVcpu(
                GuestProgram.of(new GuestAction.Execute(new Accept()), read(new Gpa(1L << 52))))) {
      vcpu.queueInterrupt();
      assertEquals(HALT, vcpu.run());
      assertEquals(2, vcpu.results().size());
      assertTrue(
          vcpu.results().stream().allMatch(ActionResult.Excepted.class::isInstance),
          vcpu.results().toString());
    }
  }

  @Test
  void levelsThat64BitCodeDoesNotHaveAreTheCallersMistake() {
    for (int level : new int[] {-1, 1, 2, 4}) {
      try (Vcpu vcpu = host.vm().createVcpu(GuestProgram.of(call(12, 0, 1, level)))) {
        String said = assertThrows(IllegalArgumentException.class, vcpu::run).toString();
        assertTrue(said.contains("privilegeLevel=" + level), said);
      }
    }
  }

  @Test
  void twoVcpusHaveCodeAndMailboxesOfTheirOwn() {
    try (GuestMemory memory = bind();
        Vcpu one = host.vm().createVcpu(GuestProgram.of(write(at(0), 1), read(at(0x1000))));
        Vcpu two = host.vm().createVcpu(GuestProgram.of(write(at(0x1000), 2), read(at(0))))) {
      assertEquals(HALT, two.run());
      assertEquals(HALT, one.run());
      assertEquals(new ActionResult.Loaded((byte) 2), one.results().getLast());
      assertEquals(new ActionResult.Loaded((byte) 0), two.results().getLast());
      assertEquals(0, one.id());
      assertEquals(1, two.id());
      assertEquals(SIZE, memory.size());
    }
  }

  @Test
  void prefaultingStopsAtTheFirstPageThatCannotBeMapped() {
    try (GuestMemory memory = bind();
        Vcpu vcpu = host.vm().createVcpu(GuestProgram.of())) {
      Gpa end = at(memory.size().value());
      assertEquals(
          new Prefault(Optional.empty(), end, ByteCount.PAGE),
          vcpu.prefault(new GpaRange(at(0x3000), new ByteCount(SIZE.value() - 0x2000)), 0));
      assertEquals(
          new Prefault(Optional.of(Errno.ENOENT), end, ByteCount.PAGE),
          vcpu.prefault(new GpaRange(end, ByteCount.PAGE), 0));
    }
  }

  @Test
  void prefaultingGoesOnAfterAWakeUp() {
    try (GuestMemory memory = bind();
        Vcpu vcpu = host.vm().createVcpu(GuestProgram.of())) {
      assertEquals(
          new Prefault(Optional.empty(), at(SIZE.value()), ByteCount.ZERO),
          vcpu.prefault(new GpaRange(BASE, memory.size()), 0));
    }
  }

  @Test
  void theListenerHearsARunFromEntryToExit() {
    GuestAction action = read(at(0));
    try (GuestMemory memory = bind();
        Vcpu vcpu = host.vm().createVcpu(GuestProgram.of(action))) {
      vcpu.run();
      assertEquals(
          List.of(
              new RoadEvent.RunEntered(0, Reply.RESUME),
              new RoadEvent.ActionBegun(0, action),
              new RoadEvent.PageMapped(0, BASE.gfn(), Shareability.PRIVATE),
              new RoadEvent.ActionFinished(0, action, new ActionResult.Loaded((byte) 0)),
              new RoadEvent.RunLeft(0, HALT)),
          host.events());
      assertEquals(SIZE, memory.size());
    }
  }

  @Test
  void theVmmsSlotInTheWayOfTheCodeIsToldAtTheFirstVcpu() {
    try (GuestMemory memory = host.vm().createGuestMemory(SIZE, 0).orThrow()) {
      host.vm().setMemory(SlotRequest.bind(0, new Gpa(StubRegion.GPA), memory)).orThrow();
      KernelException refused =
          assertThrows(KernelException.class, () -> host.vm().createVcpu(GuestProgram.of()));
      assertEquals(Errno.EEXIST, refused.errno());
    }
  }
}
