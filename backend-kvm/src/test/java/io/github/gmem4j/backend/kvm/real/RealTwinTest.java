package io.github.gmem4j.backend.kvm.real;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assumptions.abort;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.memory.Signal;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.backend.kvm.Kvm;
import io.github.gmem4j.backend.kvm.PlainGuest;
import io.github.gmem4j.backend.kvm.memory.TwinMemory;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Conversion by two copies, on a real kernel whose VMs keep the state. */
@Tag("real-kernel")
class RealTwinTest {
  private static final int PAGES = 16;
  private static final ByteCount SIZE = new ByteCount(PAGES * 4096L);
  private static final Gpa BASE = new Gpa(0x4000_0000L);
  private static final Exit HALT = new Exit.Halt();

  private Kvm kvm;
  private VirtualMachine vm;
  private GuestMemory memory;
  private HostMapping mapping;

  @BeforeEach
  void create() {
    kvm = RealKernel.open();
    vm =
        switch (kvm.createConvertingVm(PlainGuest.policy(VmType.SW_PROTECTED), RoadListener.NONE)) {
          case KernelResult.Ok<VirtualMachine> ok -> ok.value();
          case KernelResult.Failed<VirtualMachine> failed -> {
            kvm.close();
            yield abort(failed.reason());
          }
        };
    memory = vm.createGuestMemory(SIZE, GuestMemory.MMAP | GuestMemory.INIT_SHARED).orThrow();
    if (!(memory instanceof TwinMemory)) {
      abort("this kernel converts in place");
    }
    mapping = memory.map(SIZE).orThrow();
    vm.setMemory(SlotRequest.bind(0, BASE, memory)).orThrow();
  }

  @AfterEach
  void close() {
    if (mapping != null) {
      mapping.close();
      memory.close();
      vm.close();
      kvm.close();
    }
  }

  private static ByteRange page(int page) {
    return ByteRange.of(page * 4096L, 4096);
  }

  private static Gpa gpa(int page) {
    return new Gpa(BASE.value() + page * 4096L);
  }

  private HostAccess hostLoad(int page, byte[] one) {
    return mapping.load(new ByteOffset(page * 4096L), one);
  }

  @Test
  void thousandsOfAccessesAndConversionsAgreeWithABook() {
    Random random = new Random(20260522);
    byte[] expected = new byte[PAGES];
    boolean[] isPrivate = new boolean[PAGES];
    byte[] one = new byte[1];
    try (Vcpu vcpu = vm.createVcpu(GuestProgram.of())) {
      for (int i = 0; i < 3000; i++) {
        int page = random.nextInt(PAGES);
        byte value = (byte) random.nextInt();
        String when = "seed 20260522, step " + i + ", page " + page;
        switch (random.nextInt(6)) {
          case 0 -> {
            Shareability target = random.nextBoolean() ? Shareability.PRIVATE : Shareability.SHARED;
            boolean wanted = target == Shareability.PRIVATE;
            ConversionOutcome outcome = memory.convert(ConversionRequest.of(page(page), target));
            assertEquals(
                isPrivate[page] == wanted
                    ? new ConversionOutcome.AlreadyThere(target)
                    : new ConversionOutcome.Converted(target),
                outcome,
                when);
            expected[page] = isPrivate[page] == wanted ? expected[page] : 0;
            isPrivate[page] = wanted;
          }
          case 1 -> {
            HostAccess access = mapping.store(new ByteOffset(page * 4096L), new byte[] {value});
            check(isPrivate[page], access, when);
            expected[page] = isPrivate[page] ? expected[page] : value;
          }
          case 2 -> {
            check(isPrivate[page], hostLoad(page, one), when);
            assertEquals(isPrivate[page] ? one[0] : expected[page], one[0], when);
          }
          case 3 -> {
            vcpu.load(
                GuestProgram.of(new GuestAction.Write(gpa(page), Shareability.SHARED, value)));
            assertEquals(HALT, vcpu.run(), when);
            expected[page] = value;
          }
          case 4 -> {
            vcpu.load(GuestProgram.of(new GuestAction.Read(gpa(page), Shareability.SHARED)));
            assertEquals(HALT, vcpu.run(), when);
            assertEquals(List.of(new ActionResult.Loaded(expected[page])), vcpu.results(), when);
          }
          default -> {
            memory.punchHole(page(page)).orThrow();
            expected[page] = 0;
          }
        }
      }
    }
  }

  private static void check(boolean isPrivate, HostAccess access, String when) {
    if (isPrivate) {
      assertEquals(
          Signal.SIGBUS, assertInstanceOf(HostAccess.Fault.class, access, when).signal(), when);
    } else {
      assertEquals(HostAccess.DONE, access, when);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = ReferenceKind.class,
      names = {"SHORT_TERM", "LONG_TERM"})
  void aReferenceTakenHereBlocksUntilItIsDropped(ReferenceKind kind) {
    mapping.store(new ByteOffset(4096), new byte[] {77});
    Pin pin = mapping.pin(new PageIndex(1), kind, "nic").orThrow();
    ConversionOutcome.Blocked blocked =
        assertInstanceOf(
            ConversionOutcome.Blocked.class,
            memory.convert(ConversionRequest.toPrivate(ByteRange.of(0, SIZE.value()))));
    assertEquals(new ByteOffset(4096), blocked.errorOffset());
    assertEquals("nic", blocked.blockers().getFirst().holder());
    assertEquals(77, pin.load(0));
    byte[] one = new byte[1];
    assertEquals(HostAccess.DONE, hostLoad(1, one));
    assertEquals(77, one[0]);
    pin.close();
    assertEquals(
        new ConversionOutcome.Converted(Shareability.PRIVATE),
        memory.convert(ConversionRequest.toPrivate(ByteRange.of(0, SIZE.value()))));
  }

  @Test
  void aThousandConversionsLeaveNoFileAndNoMapping() {
    for (int warm = 0; warm < 10; warm++) {
      live();
    }
    long files = RealKernel.files();
    long mappings = RealKernel.mappings();
    for (int i = 0; i < 1000; i++) {
      live();
    }
    assertEquals(files, RealKernel.files());
    assertEquals(mappings, RealKernel.mappings());
  }

  private void live() {
    try (GuestMemory other =
            vm.createGuestMemory(SIZE, GuestMemory.MMAP | GuestMemory.INIT_SHARED).orThrow();
        HostMapping view = other.map(SIZE).orThrow()) {
      view.store(ByteOffset.ZERO, new byte[8]);
      assertEquals(
          new ConversionOutcome.Converted(Shareability.PRIVATE),
          other.convert(ConversionRequest.toPrivate(page(1))));
      assertEquals(
          new ConversionOutcome.Converted(Shareability.SHARED),
          other.convert(ConversionRequest.toShared(page(1))));
    }
  }
}
