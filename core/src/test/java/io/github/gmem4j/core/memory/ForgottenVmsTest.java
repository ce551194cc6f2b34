package io.github.gmem4j.core.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.Platforms;
import io.github.gmem4j.core.TestPolicy;
import io.github.gmem4j.core.World;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A memory knows the VMs that have a view of it and the owners of its pages, and no others. */
class ForgottenVmsTest {
  private static final int MANY = 20_000;
  private static final long PAGE = 3;

  // A mock keeps every call: this one is asked by all VMs, and keeps none.
  private final Platform platform = Platforms.agreeableAndForgetful();
  private final ConversionPolicy policy = TestPolicy.confidential().with(platform);
  private final World world = World.of(Engine.inMemory(), policy, GuestMemory.MMAP);
  private final Inode inode = ((MemoryView) world.memory()).inode();

  /** Links the memory into one more VM, whose guest makes a page its own. */
  private GuestMemory used(VirtualMachine vm) {
    GuestMemory linked = vm.linkGuestMemory(world.memory()).orThrow();
    vm.setMemory(SlotRequest.bind(World.SLOT, World.gpa(0), linked)).orThrow();
    try (Vcpu vcpu =
        vm.createVcpu(
            GuestProgram.of(new GuestAction.Touch(World.gpa(PAGE), Shareability.PRIVATE)))) {
      assertEquals(new Exit.Halt(), vcpu.run());
    }
    return linked;
  }

  private PhysicalPage page() {
    PhysicalPage page = inode.cache().get(PAGE);
    assertNotNull(page);
    return page;
  }

  @Test
  void vmsThatAreGoneLeaveNoViewAndNoOwnerBehind() {
    GuestSide last = null;
    for (int i = 0; i < MANY; i++) {
      VirtualMachine vm = world.engine().createVm(policy);
      GuestMemory linked = used(vm);
      last = ((MemoryView) linked).guest();
      if (i % 2 == 0) {
        vm.close();
        linked.close();
      } else {
        linked.close();
        vm.close();
      }
    }

    assertEquals(List.of(world.memory()), inode.views());
    assertEquals(last, page().owner());
    assertEquals(
        List.of(((MemoryView) world.memory()).guest(), last),
        inode.guestsOf(page()),
        "of the pages that exist, each has one owner");
    assertTrue(world.toShared(PAGE, 1).succeeded());
    assertNull(page().owner());
    assertEquals(1, inode.guestsOf(page()).size());
  }

  @Test
  void viewThatIsMappedStaysUntilItsLastMappingGoes() {
    VirtualMachine vm = world.engine().createVm(policy);
    GuestMemory linked = vm.linkGuestMemory(world.memory()).orThrow();
    var mapping = linked.map(linked.size()).orThrow();

    vm.close();
    linked.close();
    assertEquals(2, inode.views().size());

    mapping.close();
    assertEquals(List.of(world.memory()), inode.views());
  }
}
