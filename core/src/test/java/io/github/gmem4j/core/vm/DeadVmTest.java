package io.github.gmem4j.core.vm;

import static io.github.gmem4j.core.World.errnoOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.PlatformHost;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.Platforms;
import io.github.gmem4j.core.TestPolicy;
import io.github.gmem4j.core.World;
import io.github.gmem4j.core.kernel.KernelGeneration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** A VM whose platform broke answers EIO, whatever it is asked; its memory lives on. */
class DeadVmTest {
  private final World world = deadWorld(KernelGeneration.IN_PLACE);

  @Test
  void everyCallOfTheVmIsEioBeforeItsArgumentsAreLookedAt() {
    GuestMemory foreign = World.inPlace().memory();

    assertEquals(Errno.EIO, errnoOf(world.vm().createGuestMemory(ByteCount.ZERO, -1)));
    assertEquals(Errno.EIO, errnoOf(world.vm().setMemory(SlotRequest.delete(99))));
    assertEquals(Errno.EIO, errnoOf(world.vm().linkGuestMemory(foreign)));
    assertEquals(Errno.EIO, errnoOf(world.vm().enableExitHypercalls(-1)));
    assertEquals(Errno.EIO, errnoOf(world.vm().populate(GpaRange.of(1, 1), Optional.empty())));
    assertEquals(Errno.EIO, errnoOf(world.vm().finalizeLaunch()));
    assertEquals(
        Optional.of(Errno.EIO), world.vm().setMemoryAttributes(GpaRange.of(1, 1), -1, -1).errno());
  }

  @Test
  void generationCAnswersEioToo() {
    World vmScoped = deadWorld(KernelGeneration.VM_ATTRIBUTES);

    assertEquals(
        Optional.of(Errno.EIO), vmScoped.vm().setMemoryAttributes(World.gpas(0, 1), 8, 0).errno());
  }

  @Test
  void vcpuIsEioWhateverTheReplyAndStaysWhereItWas() {
    Exit exit = world.vcpu().run(new Reply.Data((byte) 1));

    assertEquals(new Exit.Failed(Errno.EIO, "firmware is gone"), exit);
    assertEquals(new Exit.Failed(Errno.EIO, "firmware is gone"), world.vcpu().run());
    assertTrue(world.vcpu().results().isEmpty());
  }

  @Test
  void prefaultIsEioBeforeItsArgumentsAreLookedAt() {
    assertEquals(Optional.of(Errno.EIO), world.vcpu().prefault(GpaRange.of(1, 1), 1).errno());
  }

  @Test
  void memoryStillConvertsAndFrees() {
    assertTrue(world.toShared(0, 4).succeeded());
    assertEquals(0, world.hostLoad(0));
    assertTrue(world.toPrivate(0, 4).succeeded());
    assertTrue(world.memory().punchHole(World.pages(0, 4)).succeeded());
  }

  @Test
  void firstReasonIsTheOneThatIsReported() {
    AtomicReference<PlatformHost> host = new AtomicReference<>();
    World twice = world(KernelGeneration.IN_PLACE, host);
    host.get().bug("first");
    host.get().bug("second");

    assertEquals(new Exit.Failed(Errno.EIO, "first"), twice.vcpu().run());
  }

  @Test
  void vmThatDiesInsideAConversionStillCompletesIt() {
    AtomicReference<PlatformHost> host = new AtomicReference<>();
    World dying = world(KernelGeneration.IN_PLACE, host);
    dying.guestStore(0, 1);
    host.get().bug("unmap failed");

    assertTrue(dying.toShared(0, 1).succeeded());
    assertEquals('S', dying.states().charAt(0));
  }

  @Test
  void closedVmIsEioToo() {
    World closed = World.inPlace();
    closed.vm().close();

    assertEquals(Errno.EIO, errnoOf(closed.vm().createGuestMemory(World.bytes(1), 0)));
    assertTrue(
        closed.exitOf(new GuestAction.Touch(World.gpa(0), Shareability.SHARED))
            instanceof Exit.Failed);
  }

  private static World deadWorld(KernelGeneration generation) {
    AtomicReference<PlatformHost> host = new AtomicReference<>();
    World world = world(generation, host);
    host.get().bug("firmware is gone");
    return world;
  }

  private static World world(KernelGeneration generation, AtomicReference<PlatformHost> host) {
    TestPolicy base = TestPolicy.confidential();
    TestPolicy policy =
        new TestPolicy(
            base.traits(),
            base.kvm(),
            base.vmm(),
            given -> {
              host.set(given);
              return Platforms.agreeable();
            },
            base.guest());
    return World.of(Engine.builder().generation(generation).build(), policy, GuestMemory.MMAP);
  }
}
