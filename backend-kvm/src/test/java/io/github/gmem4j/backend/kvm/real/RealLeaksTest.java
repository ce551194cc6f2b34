package io.github.gmem4j.backend.kvm.real;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.backend.kvm.Kvm;
import io.github.gmem4j.backend.kvm.vm.KvmVm;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("real-kernel")
class RealLeaksTest {
  private static final ByteCount SIZE = ByteCount.kib(64);

  @Test
  void aThousandLivesOfAMemoryLeaveNoFileAndNoMapping() {
    try (Kvm kvm = RealKernel.open();
        KvmVm vm = RealKernel.vm(kvm)) {
      long files = RealKernel.files();
      long mappings = RealKernel.mappings();
      for (int i = 0; i < 1000; i++) {
        liveOnce(vm);
      }
      assertEquals(files, RealKernel.files());
      assertEquals(mappings, RealKernel.mappings());
    }
  }

  private static void liveOnce(KvmVm vm) {
    long flags = GuestMemory.MMAP | GuestMemory.INIT_SHARED;
    KernelResult<GuestMemory> shared = vm.createGuestMemory(SIZE, flags);
    try (GuestMemory memory =
            shared.succeeded()
                ? shared.orThrow()
                : vm.createGuestMemory(SIZE, GuestMemory.MMAP).orThrow();
        HostMapping mapping = memory.map(SIZE).orThrow()) {
      vm.setMemory(SlotRequest.bind(0, new Gpa(0), memory)).orThrow();
      mapping.store(ByteOffset.ZERO, new byte[8192]);
      memory.isPopulated(new PageIndex(1));
      if (mapping.pin(new PageIndex(0), ReferenceKind.SHORT_TERM, "disk")
          instanceof KernelResult.Ok<Pin> ok) {
        ok.value().load(0);
        ok.value().close();
      }
      // Refused or not, by whichever kernel this is: the call must leave nothing behind.
      memory.convert(ConversionRequest.toPrivate(ByteRange.of(0, SIZE.value())));
      vm.setMemoryAttributes(GpaRange.of(0, SIZE.value()), 8, 0);
      vm.setMemoryAttributes(GpaRange.of(0, SIZE.value()), 0, 0);
      memory.punchHole(ByteRange.of(0, SIZE.value())).orThrow();
      mapping.duplicate().close();
      vm.setMemory(SlotRequest.delete(0)).orThrow();
    }
  }

  @Test
  void longTermPinsAndTheirRingsGoWhenTheyAreClosed() {
    try (Kvm kvm = RealKernel.open();
        KvmVm vm = RealKernel.vm(kvm)) {
      long files = RealKernel.files();
      long mappings = RealKernel.mappings();
      for (int i = 0; i < 50; i++) {
        try (GuestMemory memory = vm.createGuestMemory(SIZE, 3).orThrow();
            HostMapping mapping = memory.map(SIZE).orThrow()) {
          if (mapping.pin(new PageIndex(0), ReferenceKind.LONG_TERM, "iommu")
              instanceof KernelResult.Ok<Pin> ok) {
            ok.value().close();
          }
        }
      }
      assertEquals(files, RealKernel.files());
      assertEquals(mappings, RealKernel.mappings());
    }
  }

  @Test
  void vmsWithVcpusLeaveNothing() {
    try (Kvm kvm = RealKernel.open()) {
      long files = RealKernel.files();
      long mappings = RealKernel.mappings();
      for (int i = 0; i < 30; i++) {
        KvmVm vm = RealKernel.vm(kvm);
        Vcpu closed = vm.createVcpu(GuestProgram.of());
        vm.createVcpu(GuestProgram.of());
        closed.kick();
        closed.run();
        closed.close();
        vm.close();
      }
      assertEquals(files, RealKernel.files());
      assertEquals(mappings, RealKernel.mappings());
    }
  }
}
