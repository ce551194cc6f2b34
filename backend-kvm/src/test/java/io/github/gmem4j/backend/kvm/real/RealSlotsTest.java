package io.github.gmem4j.backend.kvm.real;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.HostVirtualAddress;
import io.github.gmem4j.api.vm.MemorySlot;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.backend.kvm.Kvm;
import io.github.gmem4j.backend.kvm.PlainGuest;
import io.github.gmem4j.backend.kvm.probe.Capability;
import io.github.gmem4j.backend.kvm.probe.ConversionInterface;
import io.github.gmem4j.backend.kvm.probe.HostReport;
import io.github.gmem4j.backend.kvm.probe.MachineType;
import io.github.gmem4j.backend.kvm.vm.KvmVm;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("real-kernel")
class RealSlotsTest {
  private static final ByteCount SIZE = ByteCount.kib(64);
  private static final Gpa LOW = new Gpa(0x10000);

  private Kvm kvm;
  private KvmVm vm;

  @BeforeEach
  void openHost() {
    kvm = RealKernel.open();
    vm = RealKernel.vm(kvm);
  }

  @AfterEach
  void closeHost() {
    if (vm != null) {
      vm.close();
      kvm.close();
    }
  }

  private static Errno errno(KernelResult<?> result) {
    return assertInstanceOf(KernelResult.Failed.class, result).errno();
  }

  private GuestMemory memory() {
    return vm.createGuestMemory(SIZE, 0).orThrow();
  }

  @Test
  void aBoundSlotIsListedUntilItIsDeleted() {
    try (GuestMemory memory = memory()) {
      MemorySlot slot = vm.setMemory(SlotRequest.bind(3, LOW, memory)).orThrow();
      assertEquals(GfnRange.of(0x10, 16), slot.frames());
      assertEquals(Optional.of(memory), slot.memory());
      assertEquals(List.of(slot), vm.slots());
      assertEquals(slot, vm.setMemory(SlotRequest.delete(3)).orThrow());
      assertEquals(List.of(), vm.slots());
      assertEquals(Errno.EINVAL, errno(vm.setMemory(SlotRequest.delete(3))));
    }
  }

  @Test
  void aSlotOfAClosedMemoryStaysWithoutIt() {
    GuestMemory memory = memory();
    vm.setMemory(SlotRequest.bind(0, LOW, memory)).orThrow();
    memory.close();
    assertEquals(Optional.empty(), vm.slots().getFirst().memory());
    assertTrue(vm.setMemory(SlotRequest.delete(0)).succeeded());
  }

  @Test
  void theKernelsErrorsForSlotsComeBack() {
    try (GuestMemory memory = memory()) {
      vm.setMemory(SlotRequest.bind(0, LOW, memory)).orThrow();
      Gpa high = new Gpa(0x100000);
      assertEquals(Errno.EINVAL, errno(vm.setMemory(SlotRequest.bind(0, high, memory))));
      try (GuestMemory second = memory()) {
        assertEquals(Errno.EEXIST, errno(vm.setMemory(SlotRequest.bind(1, LOW, second))));
      }
      GuestMemory closed = memory();
      closed.close();
      assertEquals(Errno.EBADF, errno(vm.setMemory(SlotRequest.bind(1, high, closed))));
      // Kernels answer a range that is bound already with either of two errors.
      Errno twice = errno(vm.setMemory(SlotRequest.bind(1, high, memory)));
      assertTrue(Set.of(Errno.EEXIST, Errno.EINVAL).contains(twice), twice.toString());
      assertEquals(
          Errno.EINVAL,
          errno(vm.setMemory(SlotRequest.bind(1, high, SIZE, memory, new ByteOffset(4096)))));
    }
  }

  @Test
  void aMemoryOfAnotherVmIsRefused() {
    try (KvmVm other = RealKernel.vm(kvm);
        GuestMemory foreign = other.createGuestMemory(SIZE, 0).orThrow()) {
      assertEquals(Errno.EINVAL, errno(vm.setMemory(SlotRequest.bind(0, LOW, foreign))));
      assertEquals(Errno.ENOTTY, errno(vm.linkGuestMemory(foreign)));
    }
  }

  @Test
  void theGuestCodesSlotGivesWay() {
    vm.createVcpu(GuestProgram.of());
    SlotRequest last =
        new SlotRequest(
            VirtualMachine.MAX_SLOT,
            0,
            LOW,
            SIZE,
            HostVirtualAddress.NULL,
            Optional.empty(),
            ByteOffset.ZERO);
    vm.setMemory(last).orThrow();
    assertEquals(
        List.of(VirtualMachine.MAX_SLOT), vm.slots().stream().map(MemorySlot::slot).toList());
    vm.setMemory(SlotRequest.delete(VirtualMachine.MAX_SLOT)).orThrow();
    assertEquals(
        Errno.EINVAL, errno(vm.setMemory(SlotRequest.delete(VirtualMachine.MAX_SLOT - 1))));
  }

  @Test
  void aConversionIsCarriedOutOrRefusedAsTheProbeSays() {
    ConversionRequest request = ConversionRequest.toShared(ByteRange.of(0, Page.BYTES));
    try (GuestMemory memory = memory()) {
      ConversionOutcome inPlace = memory.convert(request);
      ConversionOutcome throughVm =
          vm.setMemoryAttributes(GpaRange.of(LOW.value(), Page.BYTES), 8, 0);
      switch (vm.conversion()) {
        case ConversionInterface.InPlace here -> {
          assertTrue(inPlace.succeeded());
          assertEquals(
              io.github.gmem4j.api.memory.Shareability.SHARED,
              memory.shareability(new PageIndex(0)));
        }
        case ConversionInterface.VmAttributes there -> assertTrue(throughVm.succeeded());
        case ConversionInterface.Missing none -> {
          assertEquals(2, none.missing().size());
          assertInstanceOf(ConversionOutcome.Rejected.class, inPlace);
          assertInstanceOf(ConversionOutcome.Rejected.class, throughVm);
        }
      }
    }
  }

  @Test
  void theProbeReportsEachTypeThatItOffers() {
    HostReport report = kvm.probe();
    assertEquals(12, report.apiVersion());
    assertTrue(report.offered().contains(MachineType.DEFAULT));
    assertEquals(1, report.capabilities().get(Capability.GUEST_MEMFD));
    assertEquals(
        kvm.conversion(VmType.DEFAULT).orThrow(),
        Objects.requireNonNull(report.types().get(MachineType.DEFAULT)).conversion());
    boolean protectedOnes = report.offered().contains(MachineType.SW_PROTECTED);
    KernelResult<KvmVm> made =
        kvm.createVm(PlainGuest.policy(VmType.SW_PROTECTED), RoadListener.NONE);
    assertEquals(protectedOnes, made.succeeded());
    if (made instanceof KernelResult.Ok<KvmVm> ok) {
      ok.value().close();
    }
    // Where there are software-protected VMs, one stands in for what nobody can launch.
    KernelResult<KvmVm> standIn =
        kvm.createVm(PlainGuest.policy(VmType.CONFIDENTIAL), RoadListener.NONE);
    assertEquals(protectedOnes, standIn.succeeded());
    if (standIn instanceof KernelResult.Ok<KvmVm> ok) {
      assertEquals(VmType.SW_PROTECTED, ok.value().type());
      ok.value().close();
    }
  }

  @Test
  void hypercallExitsAreEnabledWithinWhatTheKernelOffers() {
    long offered = vm.exitHypercalls();
    assumeTrue(offered != 0, "this kernel has no hypercall exits");
    assertEquals(offered, vm.enableExitHypercalls(offered).orThrow());
    assertEquals(Errno.EINVAL, errno(vm.enableExitHypercalls(1L << 40)));
  }

  @Test
  void aClosedVmAnswersAsADeadOne() {
    vm.close();
    vm.close();
    assertEquals(Errno.EIO, errno(vm.setMemory(SlotRequest.delete(0))));
    assertEquals(Errno.EIO, errno(vm.enableExitHypercalls(0)));
    assertEquals(Errno.EIO, errno(vm.finalizeLaunch()));
    assertEquals(
        Optional.of(Errno.EIO), vm.setMemoryAttributes(GpaRange.of(0, 4096), 8, 0).errno());
    assertEquals(List.of(), vm.slots());
  }
}
