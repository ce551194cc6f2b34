package io.github.gmem4j.backend.kvm.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.backend.kvm.fake.FakeHost;
import io.github.gmem4j.backend.kvm.fake.FakeKernel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Memory faults that another vCPU's conversion made out of date. Linux 7.3, arch/x86/kvm/mmu/mmu.c,
 * kvm_mmu_faultin_pfn: the state is read once, and a page that no longer fits is a memory fault.
 */
class StaleFaultTest {
  private static final Gpa BASE = new Gpa(0x1_0000_0000L);
  private static final ByteCount SIZE = ByteCount.kib(16);
  private static final int MOST = KvmVcpu.MOST_STALE_FAULTS;
  private static final Exit HALT = new Exit.Halt();

  private static final GuestProgram TWO =
      GuestProgram.of(
          new GuestAction.Write(BASE, Shareability.SHARED, (byte) 3),
          new GuestAction.Read(BASE, Shareability.SHARED));

  private static FakeHost host(FakeKernel.Generation generation) {
    return FakeHost.of(generation);
  }

  private static Exit.MemoryFault fault(Exit exit) {
    return assertInstanceOf(Exit.MemoryFault.class, exit);
  }

  @ParameterizedTest
  @EnumSource(names = {"IN_PLACE", "ATTRIBUTES"})
  void aGuestWhoseFaultIsOutOfDateRunsAgain(FakeKernel.Generation generation) {
    try (FakeHost host = host(generation);
        GuestMemory memory = host.vm().createGuestMemory(SIZE, 1).orThrow()) {
      host.vm().setMemory(SlotRequest.bind(0, BASE, memory)).orThrow();
      host.vm().setMemoryAttributes(GpaRange.of(BASE.value(), 4096), 8, 0);
      Vcpu vcpu = host.vm().createVcpu(TWO);
      host.kernel().faultOutOfDate(MOST);
      assertEquals(HALT, vcpu.run());
      assertEquals(new ActionResult.Loaded((byte) 3), vcpu.results().getLast());
    }
  }

  @Test
  void onceTooOftenIsToldAndTheNextRunBeginsACountOfItsOwn() {
    try (FakeHost host = host(FakeKernel.Generation.IN_PLACE);
        GuestMemory memory = host.vm().createGuestMemory(SIZE, 3).orThrow()) {
      host.vm().setMemory(SlotRequest.bind(0, BASE, memory)).orThrow();
      Vcpu vcpu = host.vm().createVcpu(TWO);
      host.kernel().faultOutOfDate(2 * MOST + 1);
      Exit.MemoryFault told = fault(vcpu.run());
      assertEquals(BASE, told.gpa());
      assertEquals(Errno.EFAULT, told.errno());
      assertEquals(HALT, vcpu.run());
    }
  }

  @Test
  void anAccessThatSucceedsEndsTheCount() {
    try (FakeHost host = host(FakeKernel.Generation.IN_PLACE);
        GuestMemory memory = host.vm().createGuestMemory(SIZE, 3).orThrow()) {
      host.vm().setMemory(SlotRequest.bind(0, BASE, memory)).orThrow();
      Vcpu vcpu = host.vm().createVcpu(TWO);
      vcpu.load(GuestProgram.of(TWO.actions().getFirst()));
      for (int i = 0; i < 3; i++) {
        host.kernel().faultOutOfDate(MOST);
        assertEquals(HALT, vcpu.run());
        vcpu.load(TWO);
      }
    }
  }

  @Test
  void withoutASlotOrWithAClosedMemoryItIsToldAtOnce() {
    try (FakeHost host = host(FakeKernel.Generation.IN_PLACE)) {
      GuestMemory memory = host.vm().createGuestMemory(SIZE, 0).orThrow();
      host.vm().setMemory(SlotRequest.bind(0, BASE, memory)).orThrow();
      Vcpu vcpu = host.vm().createVcpu(TWO);
      memory.close();
      int before = host.kernel().calls();
      assertEquals(Shareability.PRIVATE, fault(vcpu.run()).access());
      assertEquals(1, host.kernel().calls() - before);
    }
    try (FakeHost host = host(FakeKernel.Generation.ATTRIBUTES)) {
      Vcpu vcpu = host.vm().createVcpu(TWO);
      host.vm().setMemoryAttributes(GpaRange.of(BASE.value(), 4096), 8, 0);
      int before = host.kernel().calls();
      assertEquals(Shareability.PRIVATE, fault(vcpu.run()).access());
      assertEquals(1, host.kernel().calls() - before);
    }
  }

  /** There every access is shared: a fault is the guest's, and true. */
  @Test
  void inAnOrdinaryVmItIsToldAtOnce() {
    try (FakeHost host =
            new FakeHost(new FakeKernel(FakeKernel.Generation.IN_PLACE), VmType.DEFAULT);
        GuestMemory memory = host.vm().createGuestMemory(SIZE, 1).orThrow()) {
      host.vm().setMemory(SlotRequest.bind(0, BASE, memory)).orThrow();
      Vcpu vcpu = host.vm().createVcpu(TWO);
      int before = host.kernel().calls();
      assertEquals(Shareability.SHARED, fault(vcpu.run()).access());
      assertEquals(1, host.kernel().calls() - before);
      assertEquals(
          Errno.EINVAL,
          memory.convert(ConversionRequest.toShared(ByteRange.of(0, 4096))).errno().orElseThrow());
    }
  }

  /** A kick gets a guest out that would go on finding its state out of date. */
  @Test
  void aKickIsLookedAtBetweenTwoTries() {
    try (FakeHost host = host(FakeKernel.Generation.IN_PLACE);
        GuestMemory memory = host.vm().createGuestMemory(SIZE, 3).orThrow()) {
      host.vm().setMemory(SlotRequest.bind(0, BASE, memory)).orThrow();
      Vcpu vcpu = host.vm().createVcpu(TWO);
      host.kernel().faultOutOfDate(MOST);
      vcpu.kick();
      assertEquals(new Exit.Interrupted(), vcpu.run());
      assertEquals(HALT, vcpu.run());
    }
  }
}
