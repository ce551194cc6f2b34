package io.github.gmem4j.core.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.seam.FaultSite;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.TestPolicy;
import io.github.gmem4j.core.World;
import io.github.gmem4j.core.kernel.HostKernel;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A conversion comes between a vCPU's two looks at a page's state. Source: Linux {@code
 * arch/x86/kvm/mmu/mmu.c}, {@code kvm_mmu_page_fault} and {@code kvm_mmu_faultin_pfn}.
 */
class FaultOutOfDateTest {
  private final List<Long> asked = new ArrayList<>();
  private boolean comesBetween;

  private boolean injects(FaultSite site, long subject) {
    if (!site.equals(HostKernel.FAULT_OUT_OF_DATE)) {
      return false;
    }
    asked.add(subject);
    return comesBetween;
  }

  private World worldOf(ConversionPolicy policy) {
    Engine engine = Engine.builder().faults(this::injects).build();
    return World.of(engine, policy, GuestMemory.MMAP);
  }

  private void bring(World world, Shareability state) {
    if (state == Shareability.SHARED) {
      world.toShared(0, 1);
    }
  }

  private static Exit.MemoryFault fault(Exit exit) {
    Exit.MemoryFault fault = assertInstanceOf(Exit.MemoryFault.class, exit);
    assertEquals(Errno.EFAULT, fault.errno());
    assertEquals(World.gpa(0), fault.gpa());
    return fault;
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("where accesses follow the state, the fault names the kind that was right before")
  void followingTheState(Shareability state) {
    World world = worldOf(SoftwareProtectedPolicy.create());
    bring(world, state);
    world.guestStore(0, 9);
    comesBetween = true;

    Exit.MemoryFault fault = fault(world.exitOf(new GuestAction.Read(World.gpa(0), state)));

    assertEquals(state.opposite(), fault.access());
    comesBetween = false;
    assertInstanceOf(Exit.Halt.class, world.vcpu().run(), "run again");
    assertEquals(List.of(new ActionResult.Loaded((byte) 9)), world.vcpu().results());
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("where the guest issues the kind, the fault names one that is right now")
  void asIssued(Shareability state) {
    World world = worldOf(TestPolicy.confidential());
    bring(world, state);
    world.guestStore(0, 9);
    comesBetween = true;

    Exit.MemoryFault fault = fault(world.exitOf(new GuestAction.Read(World.gpa(0), state)));

    assertEquals(state, fault.access());
    comesBetween = false;
    assertInstanceOf(Exit.Halt.class, world.vcpu().run(), "run again");
    assertEquals(List.of(new ActionResult.Loaded((byte) 9)), world.vcpu().results());
  }

  @Test
  void aVmWithoutPrivateMemoryHasNoStateToMiss() {
    comesBetween = true;
    World world =
        World.of(
            Engine.builder().faults(this::injects).build(),
            SoftwareProtectedPolicy.forOrdinaryVms(),
            GuestMemory.MMAP | GuestMemory.INIT_SHARED);

    world.guestStore(0, 9);

    assertEquals(List.of(), asked);
  }

  @Test
  void onlyFramesThatAreBoundAreAskedAbout() {
    World world = worldOf(SoftwareProtectedPolicy.create());
    world.guestStore(0, 9);
    assertEquals(List.of(World.gpa(0).gfn().value()), asked);
    asked.clear();
    comesBetween = true;
    world.vm().setMemory(SlotRequest.delete(World.SLOT)).orThrow();

    assertInstanceOf(
        Exit.Mmio.class, world.exitOf(new GuestAction.Read(World.gpa(0), Shareability.SHARED)));

    assertEquals(List.of(), asked);
  }

  @Test
  void anAccessThatDoesNotMatchIsNoOccasion() {
    World world = worldOf(TestPolicy.confidential());
    comesBetween = true;

    fault(world.exitOf(new GuestAction.Touch(World.gpa(0), Shareability.SHARED)));

    assertEquals(List.of(), asked);
  }
}
