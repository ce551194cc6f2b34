package io.github.gmem4j.backend.kvm.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.guest.PlainHypercall;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.KernelException;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.backend.kvm.Kvm;
import io.github.gmem4j.backend.kvm.KvmAccess;
import io.github.gmem4j.backend.kvm.PlainGuest;
import io.github.gmem4j.backend.kvm.fake.FakeKernel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Whichever call fails, in whatever way: closing what was handed out leaves nothing open. */
class FailureEverywhereTest {
  private static final ByteCount SIZE = ByteCount.kib(16);

  /** Everything that this backend can do; what fails is left out. */
  private static void liveOnce(FakeKernel kernel) {
    if (!(Kvm.open(kernel) instanceof KvmAccess.Granted granted)) {
      return;
    }
    List<AutoCloseable> open = new ArrayList<>();
    try (Kvm kvm = granted.kvm()) {
      try {
        kvm.probe();
      } catch (KernelException e) {
        // The report is all or nothing.
      }
      if (created(kvm) instanceof KernelResult.Ok<? extends VirtualMachine> ok) {
        open.add(ok.value());
        liveIn(ok.value(), open);
      }
    } finally {
      open.reversed().forEach(FailureEverywhereTest::closed);
    }
  }

  /** A VM that converts, where the kernel can; else an ordinary one. */
  private static KernelResult<? extends VirtualMachine> created(Kvm kvm) {
    var policy = PlainGuest.policy(VmType.SW_PROTECTED);
    KernelResult<VirtualMachine> converting = kvm.createConvertingVm(policy, RoadListener.NONE);
    return converting instanceof KernelResult.Failed<VirtualMachine> failed
            && failed.errno() == Errno.EOPNOTSUPP
        ? kvm.createVm(policy, RoadListener.NONE)
        : converting;
  }

  private static void closed(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception e) {
      throw new AssertionError("closing does not fail", e);
    }
  }

  private static void liveIn(VirtualMachine vm, List<AutoCloseable> open) {
    vm.enableExitHypercalls(1 << 12);
    if (!(vm.createGuestMemory(SIZE, GuestMemory.MMAP | GuestMemory.INIT_SHARED)
        instanceof KernelResult.Ok<GuestMemory> created)) {
      return;
    }
    GuestMemory memory = created.value();
    open.add(memory);
    vm.setMemory(SlotRequest.bind(0, new Gpa(0x1000), memory));
    if (memory.map(SIZE) instanceof KernelResult.Ok<HostMapping> mapped) {
      open.add(mapped.value());
      liveOn(mapped.value(), open);
    }
    try {
      memory.convert(ConversionRequest.toPrivate(ByteRange.of(0, SIZE.value())));
      memory.convert(ConversionRequest.toShared(ByteRange.of(0x1000, 0x1000)));
      memory.allocate(ByteRange.of(0, SIZE.value()));
      memory.punchHole(ByteRange.of(0, SIZE.value()));
    } catch (KernelException e) {
      // Where an undo or a free fails too, there is nothing left to answer with.
    }
    vm.setMemoryAttributes(GpaRange.of(0x1000, SIZE.value()), 8, 0);
    memory.allocate(ByteRange.of(0, 4096));
    memory.isPopulated(new PageIndex(0));
    memory.poison(new PageIndex(0));
    memory.truncate(ByteCount.PAGE);
    try {
      Vcpu vcpu =
          vm.createVcpu(
              GuestProgram.of(
                  new GuestAction.Write(new Gpa(0x1000), Shareability.PRIVATE, (byte) 1),
                  new GuestAction.Call(new PlainHypercall(12, 0x1000, 1, 0, 0)),
                  new GuestAction.Call(new PlainHypercall(12, 0x1000, 1, 0, 3))));
      open.add(vcpu);
      vcpu.run();
      vcpu.run();
      vcpu.load(GuestProgram.of());
      vcpu.run();
      vcpu.prefault(GpaRange.of(0x1000, 4096), 0);
    } catch (KernelException e) {
      // A vCPU is created or it is not.
    }
    vm.setMemory(SlotRequest.delete(0));
  }

  private static void liveOn(HostMapping mapping, List<AutoCloseable> open) {
    mapping.store(ByteOffset.ZERO, new byte[5000]);
    mapping.load(ByteOffset.ZERO, new byte[5000]);
    mapping.isMapped(new PageIndex(0));
    for (ReferenceKind kind : List.of(ReferenceKind.SHORT_TERM, ReferenceKind.LONG_TERM)) {
      if (mapping.pin(new PageIndex(0), kind, "device") instanceof KernelResult.Ok<Pin> pinned) {
        open.add(pinned.value());
        useOnce(pinned.value());
      }
    }
    try {
      open.add(mapping.duplicate());
      mapping.drop(io.github.gmem4j.api.memory.PageRange.of(0, 2));
    } catch (KernelException e) {
      // The mapping stays as it is.
    }
  }

  private static void useOnce(Pin pin) {
    try {
      pin.load(0);
      if (pin.kind() == ReferenceKind.LONG_TERM) {
        pin.store(0, (byte) 1);
      }
    } catch (KernelException e) {
      // The pin stays.
    }
  }

  @ParameterizedTest
  @EnumSource(FakeKernel.Generation.class)
  void nothingIsLeftWhenNothingFails(FakeKernel.Generation generation) {
    FakeKernel kernel = new FakeKernel(generation);
    liveOnce(kernel);
    kernel.assertNothingLeft();
    assertTrue(kernel.calls() > 100, "too little is tried: " + kernel.calls());
  }

  @ParameterizedTest
  @CsvSource({
    "IN_PLACE, 4",
    "IN_PLACE, 9",
    "IN_PLACE, 11",
    "IN_PLACE, 12",
    "IN_PLACE, 14",
    "IN_PLACE, 22",
    "IN_PLACE, 24",
    "IN_PLACE, 25",
    "ATTRIBUTES, 4",
    "ATTRIBUTES, 12",
    "ATTRIBUTES, 22"
  })
  void nothingIsLeftWhicheverCallFails(FakeKernel.Generation generation, int errno) {
    FakeKernel whole = new FakeKernel(generation);
    liveOnce(whole);
    int positions = whole.calls();
    for (int position = 0; position < positions; position++) {
      FakeKernel kernel = new FakeKernel(generation);
      kernel.failAt(position, errno);
      liveOnce(kernel);
      kernel.assertNothingLeft();
    }
  }

  @ParameterizedTest
  @EnumSource(FakeKernel.Generation.class)
  void aThousandLivesOfAMemoryLeaveNothing(FakeKernel.Generation generation) {
    FakeKernel kernel = new FakeKernel(generation);
    try (Kvm kvm = Kvm.open(kernel).orThrow();
        VirtualMachine vm = created(kvm).orThrow()) {
      int files = kernel.openFiles();
      int mappings = kernel.mappingCount();
      for (int i = 0; i < 1000; i++) {
        try (GuestMemory memory = vm.createGuestMemory(SIZE, 3).orThrow();
            HostMapping mapping = memory.map(SIZE).orThrow()) {
          mapping.store(ByteOffset.ZERO, new byte[8]);
          memory.convert(ConversionRequest.toPrivate(ByteRange.of(0, SIZE.value())));
          memory.convert(ConversionRequest.toShared(ByteRange.of(0, SIZE.value())));
          vm.setMemoryAttributes(GpaRange.of(0, SIZE.value()), 8, 0);
          vm.setMemoryAttributes(GpaRange.of(0, SIZE.value()), 0, 0);
        }
      }
      assertEquals(files, kernel.openFiles());
      assertEquals(mappings, kernel.mappingCount());
    }
    kernel.assertNothingLeft();
  }
}
