package io.github.gmem4j.backend.kvm.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.backend.kvm.Kvm;
import io.github.gmem4j.backend.kvm.PlainGuest;
import io.github.gmem4j.backend.kvm.fake.FakeKernel;
import io.github.gmem4j.backend.kvm.fake.Interposed;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A guest's accesses wait for no change of the VM that a system call takes its time for. */
@Timeout(30)
class UnlockedAccessTest {
  private static final long SET_USER_MEMORY_REGION2 = 0x40A0AE49L;
  private static final long SET_MEMORY_ATTRIBUTES = 0x4020AED2L;
  private static final Gpa BASE = new Gpa(0x1_0000_0000L);
  private static final ByteCount SIZE = ByteCount.kib(16);

  private final CountDownLatch inside = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);
  private volatile long held;

  private void before(String name, Object[] arguments) {
    if (held != 0 && Interposed.isIoctl(name, arguments, held)) {
      inside.countDown();
      try {
        goOn.await();
      } catch (InterruptedException e) {
        throw new AssertionError("nobody interrupts", e);
      }
    }
  }

  @Test
  void aSlotThatIsBeingSetHoldsNobodyUp() throws InterruptedException {
    whileHeld(
        FakeKernel.Generation.IN_PLACE,
        SET_USER_MEMORY_REGION2,
        vm -> vm.setMemory(SlotRequest.delete(1)));
  }

  @Test
  void attributesThatAreBeingSetHoldNobodyUp() throws InterruptedException {
    whileHeld(
        FakeKernel.Generation.ATTRIBUTES,
        SET_MEMORY_ATTRIBUTES,
        vm -> vm.setMemoryAttributes(GpaRange.of(0, 4096), 8, 0));
  }

  private interface Change {
    void on(KvmVm vm);
  }

  private void whileHeld(FakeKernel.Generation generation, long request, Change change)
      throws InterruptedException {
    FakeKernel kernel = new FakeKernel(generation);
    try (Kvm kvm = Kvm.open(Interposed.over(kernel, this::before)).orThrow();
        KvmVm vm =
            kvm.createVm(PlainGuest.policy(VmType.SW_PROTECTED), RoadListener.NONE).orThrow();
        GuestMemory memory = vm.createGuestMemory(SIZE, 0).orThrow()) {
      vm.setMemory(SlotRequest.bind(0, BASE, memory)).orThrow();
      vm.setMemoryAttributes(GpaRange.of(BASE.value(), SIZE.value()), 8, 0);
      Vcpu vcpu =
          vm.createVcpu(
              GuestProgram.of(new GuestAction.Write(BASE, Shareability.PRIVATE, (byte) 1)));
      held = request;
      Thread changing = Thread.ofPlatform().start(() -> change.on(vm));
      inside.await();
      assertEquals(new Exit.Halt(), vcpu.run());
      goOn.countDown();
      changing.join();
      held = 0;
    }
    kernel.assertNothingLeft();
  }
}
