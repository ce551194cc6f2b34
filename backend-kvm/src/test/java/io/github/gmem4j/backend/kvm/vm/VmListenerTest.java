package io.github.gmem4j.backend.kvm.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.MemorySlot;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.api.vm.VmListener;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.backend.kvm.Kvm;
import io.github.gmem4j.backend.kvm.PlainGuest;
import io.github.gmem4j.backend.kvm.fake.FakeKernel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a listener of a VM is told as its parts go: each once. */
class VmListenerTest {
  private static final ByteCount SIZE = ByteCount.kib(16);

  private final List<String> told = new ArrayList<>();

  private final VmListener listener =
      new VmListener() {
        @Override
        public void vcpuClosed(int vcpu) {
          told.add("vcpu " + vcpu);
        }

        @Override
        public void slotGone(MemorySlot slot) {
          told.add("slot " + slot.slot());
        }

        @Override
        public void memoryClosed(GuestMemory memory) {
          told.add("memory " + (memory.equals(watched) ? "watched" : memory));
        }

        @Override
        public void vmClosed() {
          told.add("vm");
        }
      };

  private @Nullable GuestMemory watched;

  @Test
  void inPlace() {
    play(
        Kvm.open(new FakeKernel(FakeKernel.Generation.IN_PLACE))
            .orThrow()
            .createVm(PlainGuest.policy(VmType.SW_PROTECTED), event -> {})
            .orThrow());
  }

  @Test
  void twin() {
    play(
        Kvm.open(new FakeKernel(FakeKernel.Generation.ATTRIBUTES))
            .orThrow()
            .createConvertingVm(PlainGuest.policy(VmType.SW_PROTECTED), event -> {})
            .orThrow());
  }

  private void play(VirtualMachine vm) {
    GuestMemory memory =
        vm.createGuestMemory(SIZE, GuestMemory.MMAP | GuestMemory.INIT_SHARED).orThrow();
    watched = memory;
    vm.addListener(listener);
    vm.addListener(listener);
    vm.setMemory(SlotRequest.bind(3, new Gpa(0x1_0000_0000L), memory)).orThrow();
    Vcpu vcpu = vm.createVcpu(GuestProgram.of());
    vcpu.close();
    vcpu.close();
    vm.setMemory(SlotRequest.delete(3)).orThrow();
    memory.close();
    memory.close();
    vm.close();
    vm.close();

    assertEquals(List.of("vcpu 0", "slot 3", "memory watched", "vm"), told);
    vm.removeListener(listener);
  }
}
