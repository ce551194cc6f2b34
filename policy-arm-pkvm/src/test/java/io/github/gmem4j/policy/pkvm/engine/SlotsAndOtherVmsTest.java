package io.github.gmem4j.policy.pkvm.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.HostVirtualAddress;
import io.github.gmem4j.api.vm.MemorySlot;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import io.github.gmem4j.policy.pkvm.PkvmVariant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Neither slots nor other VMs get at what a protected guest owns. Source: Linux 7.3.4 {@code
 * arch/arm64/kvm/mmu.c}, {@code kvm_arch_prepare_memory_region}; {@code
 * arch/arm64/kvm/hyp/nvhe/mem_protect.c}, {@code __pkvm_host_donate_guest} (a page that a guest has
 * is no host's to donate or lend).
 */
class SlotsAndOtherVmsTest {
  private static final int SLOT = 0;
  private static final int SECRET = 0x5e;
  private static final Gpa ELSEWHERE = new Gpa(0x40_0000);

  private static TestVm withASecret(PkvmVariant variant) {
    TestVm of = TestVm.of(variant);
    of.run(TestVm.write(3, SECRET));
    return of;
  }

  private static ConversionOutcome toShared(GuestMemory memory) {
    return memory.convert(ConversionRequest.toShared(TestVm.bytes(3, 1)));
  }

  private static void isRefused(ConversionOutcome outcome) {
    assertEquals(
        new ConversionOutcome.Rejected(Errno.EBUSY, "gfn 0x3 is the guest's: it has not shared it"),
        outcome);
  }

  private static Errno errnoOf(KernelResult<?> result) {
    return assertInstanceOf(KernelResult.Failed.class, result).errno();
  }

  private static SlotRequest ordinary(int slot, Gpa at, long flags) {
    return new SlotRequest(
        slot,
        flags,
        at,
        new ByteCount(Page.BYTES),
        HostVirtualAddress.NULL,
        Optional.empty(),
        ByteOffset.ZERO);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("kvm_arch_prepare_memory_region: EPERM for KVM_MR_DELETE once a pVM has run")
  void aSlotOfAVmThatHasRunIsNotDeleted(PkvmVariant variant) {
    TestVm of = withASecret(variant);

    assertEquals(Errno.EPERM, errnoOf(of.vm.setMemory(SlotRequest.delete(SLOT))));

    isRefused(toShared(of.memory));
    assertEquals(1, of.vm.slots().size());
    assertEquals(SECRET, loaded(of));
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("kvm_arch_prepare_memory_region: EPERM for KVM_MR_MOVE once a pVM has run")
  void aSlotOfAVmThatHasRunIsNotMoved(PkvmVariant variant) {
    TestVm of = TestVm.of(variant);
    of.vm.setMemory(ordinary(1, ELSEWHERE, 0)).orThrow();
    of.vm.setMemory(ordinary(1, new Gpa(0x50_0000), 0)).orThrow();
    of.run(TestVm.write(3, SECRET));

    assertEquals(Errno.EPERM, errnoOf(of.vm.setMemory(ordinary(1, ELSEWHERE, 0))));
    assertEquals(Errno.EPERM, errnoOf(of.vm.setMemory(SlotRequest.delete(1))));
  }

  @Test
  void aVmThatHasNotRunMayStillChangeItsSlots() {
    TestVm of = TestVm.of(PkvmVariant.ASK_AGAIN);

    assertTrue(of.vm.setMemory(SlotRequest.delete(SLOT)).succeeded());
    assertTrue(of.vm.setMemory(SlotRequest.bind(SLOT, ELSEWHERE, of.memory)).succeeded());
  }

  @Test
  void aVmThatHasRunMayGetMoreSlots() {
    TestVm of = withASecret(PkvmVariant.ASK_AGAIN);

    assertTrue(of.vm.setMemory(ordinary(1, ELSEWHERE, 0)).succeeded());
  }

  @Test
  @DisplayName("kvm_arch_prepare_memory_region: EPERM for KVM_MEM_LOG_DIRTY_PAGES, READONLY")
  void aProtectedVmHasNoReadOnlyOrLoggedSlots() {
    TestVm of = TestVm.of(PkvmVariant.ASK_AGAIN);
    of.vm.setMemory(ordinary(1, ELSEWHERE, 0)).orThrow();

    for (long flags : new long[] {SlotRequest.READONLY, SlotRequest.LOG_DIRTY_PAGES}) {
      KernelResult<MemorySlot> another = of.vm.setMemory(ordinary(2, new Gpa(0x50_0000), flags));
      assertEquals(Errno.EPERM, errnoOf(another));
    }
    assertEquals(
        Errno.EPERM, errnoOf(of.vm.setMemory(ordinary(1, ELSEWHERE, SlotRequest.LOG_DIRTY_PAGES))));
  }

  @ParameterizedTest
  @EnumSource
  void theOwnerIsAskedThroughAnotherVmsViewToo(PkvmVariant variant) {
    TestVm of = withASecret(variant);
    VirtualMachine second = of.engine.createVm(SoftwareProtectedPolicy.create());
    GuestMemory view = second.linkGuestMemory(of.memory).orThrow();

    isRefused(toShared(view));
    of.host.close();
    of.memory.close();
    isRefused(toShared(view));

    HostAccess access = view.map(view.size()).orThrow().load(TestVm.at(3), new byte[1]);
    assertInstanceOf(HostAccess.Fault.class, access);
  }

  @ParameterizedTest
  @EnumSource
  void aPageGoesToTheHostWithItsVmAndScrubbed(PkvmVariant variant) {
    TestVm of = withASecret(variant);
    GuestMemory view =
        of.engine.createVm(SoftwareProtectedPolicy.create()).linkGuestMemory(of.memory).orThrow();
    of.vm.close();

    assertTrue(toShared(view).succeeded());
    byte[] seen = {1};
    view.map(view.size()).orThrow().load(TestVm.at(3), seen);
    assertEquals(0, seen[0]);
  }

  @ParameterizedTest
  @EnumSource
  void noOtherVmReadsThePage(PkvmVariant variant) {
    for (var policy : List.of(SoftwareProtectedPolicy.create(), variant.policy())) {
      TestVm of = withASecret(variant);
      VirtualMachine second = of.engine.createVm(policy);
      GuestMemory view = second.linkGuestMemory(of.memory).orThrow();
      second.setMemory(SlotRequest.bind(SLOT, ELSEWHERE, view)).orThrow();
      Gpa there = new Gpa(ELSEWHERE.value() + 3 * Page.BYTES);
      Vcpu vcpu =
          second.createVcpu(GuestProgram.of(new GuestAction.Read(there, Shareability.PRIVATE)));

      Exit exit = vcpu.run();

      assertFalse(exit instanceof Exit.Halt, exit::toString);
      assertEquals(List.of(), vcpu.results());
      assertEquals(SECRET, loaded(of));
    }
  }

  private static int loaded(TestVm of) {
    return ((ActionResult.Loaded) of.result(TestVm.read(3))).value();
  }
}
