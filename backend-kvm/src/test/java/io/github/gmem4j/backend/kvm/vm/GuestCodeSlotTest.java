package io.github.gmem4j.backend.kvm.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.KernelException;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.MemorySlot;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.backend.kvm.Refusal;
import io.github.gmem4j.backend.kvm.fake.FakeHost;
import io.github.gmem4j.backend.kvm.fake.FakeKernel;
import io.github.gmem4j.backend.kvm.vcpu.StubRegion;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The slot of the guest's code gives way to whoever asks for its number. */
class GuestCodeSlotTest {
  private static final int LAST = VirtualMachine.MAX_SLOT;
  private static final Gpa BASE = new Gpa(0x1_0000_0000L);
  private static final ByteCount SIZE = ByteCount.kib(16);
  private static final Exit HALT = new Exit.Halt();

  private final FakeHost host = FakeHost.of(FakeKernel.Generation.IN_PLACE);
  private final KvmVm vm = host.vm();
  private final GuestMemory memory = vm.createGuestMemory(SIZE, 3).orThrow();

  @AfterEach
  void nothingIsLeft() {
    memory.close();
    host.close();
  }

  private static GuestProgram store() {
    return GuestProgram.of(new GuestAction.Write(BASE, Shareability.SHARED, (byte) 7));
  }

  @Test
  void theLastNumberIsTheVmmsBeforeTheFirstVcpu() {
    vm.setMemory(SlotRequest.bind(LAST, BASE, memory)).orThrow();
    Vcpu vcpu = vm.createVcpu(store());
    assertEquals(HALT, vcpu.run());
  }

  @Test
  void theLastNumberIsTheVmmsAfterwardsTooAndTheGuestRunsOn() {
    Vcpu vcpu = vm.createVcpu(GuestProgram.of());
    assertEquals(HALT, vcpu.run());
    vm.setMemory(SlotRequest.bind(LAST, BASE, memory)).orThrow();
    assertEquals(List.of(LAST), vm.slots().stream().map(MemorySlot::slot).toList());
    vcpu.load(store());
    assertEquals(HALT, vcpu.run());
    assertEquals(List.of(new ActionResult.Stored()), vcpu.results());
    // And again, where it went.
    vm.setMemory(SlotRequest.delete(LAST)).orThrow();
    vm.setMemory(SlotRequest.bind(LAST - 1, BASE, memory)).orThrow();
    vcpu.load(store());
    assertEquals(HALT, vcpu.run());
  }

  @Test
  void deletingASlotThatOnlyTheCodeHasIsEinvalAsOfNone() {
    Vcpu vcpu = vm.createVcpu(store());
    assertEquals(Errno.EINVAL, Refusal.errno(vm.setMemory(SlotRequest.delete(LAST))));
    assertEquals(Errno.EINVAL, Refusal.errno(vm.setMemory(SlotRequest.delete(LAST - 1))));
    vm.setMemory(SlotRequest.bind(0, BASE, memory)).orThrow();
    assertEquals(HALT, vcpu.run());
  }

  @Test
  void aKernelThatRefusesTheNewPlaceGetsTheOldOneBack() {
    Vcpu vcpu = vm.createVcpu(store());
    vm.setMemory(SlotRequest.bind(0, BASE, memory)).orThrow();
    host.kernel().failAt(1, 12);
    assertEquals(Errno.ENOMEM, Refusal.errno(vm.setMemory(SlotRequest.delete(LAST))));
    assertEquals(HALT, vcpu.run());
  }

  @Test
  void framesOfTheCodeStayTaken() {
    vm.createVcpu(GuestProgram.of());
    Gpa there = new Gpa(StubRegion.GPA);
    assertEquals(Errno.EEXIST, Refusal.errno(vm.setMemory(SlotRequest.bind(LAST, there, memory))));
  }

  @Test
  void aVmmThatUsesEveryNumberLeavesNoneForTheCode() {
    try (GuestMemory many = vm.createGuestMemory(ByteCount.kib(4L * (LAST + 1)), 3).orThrow()) {
      for (int slot = 0; slot <= LAST; slot++) {
        ByteCount at = ByteCount.kib(4L * slot);
        vm.setMemory(
                SlotRequest.bind(
                    slot,
                    new Gpa(BASE.value() + at.value()),
                    ByteCount.PAGE,
                    many,
                    new ByteOffset(at.value())))
            .orThrow();
      }
      KernelException refused =
          assertThrows(KernelException.class, () -> vm.createVcpu(GuestProgram.of()));
      assertEquals(Errno.EINVAL, refused.errno());
      vm.setMemory(SlotRequest.delete(9)).orThrow();
      assertEquals(HALT, vm.createVcpu(GuestProgram.of()).run());
      SlotRequest theLast =
          SlotRequest.bind(9, new Gpa(0), ByteCount.PAGE, memory, ByteOffset.ZERO);
      assertEquals("the guest's code needs one slot, 9", Refusal.reason(vm.setMemory(theLast)));
    }
  }
}
