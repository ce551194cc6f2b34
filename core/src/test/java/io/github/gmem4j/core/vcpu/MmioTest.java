package io.github.gmem4j.core.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.HostAddressSpace;
import io.github.gmem4j.api.vm.HostVirtualAddress;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.World;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Accesses that nothing answers leave run() and are completed by the VMM. */
class MmioTest {
  private static final Gpa NOWHERE = new Gpa(0xfee0_0010L);
  private static final GuestAction LOAD = new GuestAction.Read(NOWHERE, Shareability.SHARED);
  private static final GuestAction STORE =
      new GuestAction.Write(NOWHERE, Shareability.SHARED, (byte) 3);

  private final World world = World.inPlace();

  @Test
  void loadLeavesWithTheAddressAndIsCompletedByData() {
    assertEquals(new Exit.Mmio(NOWHERE, 1, Optional.empty()), world.exitOf(LOAD));
    assertEquals(new Exit.Halt(), world.vcpu().run(new Reply.Data((byte) 8)));

    assertEquals(List.of(new ActionResult.Loaded((byte) 8)), world.vcpu().results());
  }

  @Test
  void loadWithoutDataIsCompletedWithZero() {
    world.exitOf(LOAD);
    world.vcpu().run();

    assertEquals(List.of(new ActionResult.Loaded((byte) 0)), world.vcpu().results());
  }

  @Test
  void touchIsALoadWhoseByteNobodyLooksAt() {
    world.exitOf(new GuestAction.Touch(NOWHERE, Shareability.SHARED));
    world.vcpu().run(new Reply.Data((byte) 8));

    assertEquals(List.of(new ActionResult.Touched()), world.vcpu().results());
  }

  @Test
  void storeLeavesWithItsByteAndIsOverWhenTheVcpuRunsAgain() {
    assertEquals(new Exit.Mmio(NOWHERE, 1, Optional.of((byte) 3)), world.exitOf(STORE));
    assertTrue(world.vcpu().results().isEmpty());
    assertEquals(new Exit.Halt(), world.vcpu().run());

    assertEquals(List.of(new ActionResult.Stored()), world.vcpu().results());
  }

  @Test
  void replyThatDoesNotBelongIsEinvalAndTheExitStaysOpen() {
    world.exitOf(LOAD);
    assertEinval(world.vcpu().run(Reply.Answer.DONE));
    assertEquals(new Exit.Halt(), world.vcpu().run(new Reply.Data((byte) 8)));
    assertEquals(List.of(new ActionResult.Loaded((byte) 8)), world.vcpu().results());

    world.exitOf(STORE);
    assertEinval(world.vcpu().run(new Reply.Data((byte) 1)));
    assertEinval(world.vcpu().run(Reply.Answer.RETRY));
    assertTrue(world.vcpu().results().isEmpty());
    assertEquals(new Exit.Halt(), world.vcpu().run());
  }

  @Test
  void replyWithoutAnExitIsEinval() {
    world.vcpu().load(GuestProgram.of(LOAD));

    assertEinval(world.vcpu().run(Reply.Answer.DONE));
    assertEinval(world.vcpu().run(new Reply.Data((byte) 1)));
    assertEquals(Exit.Mmio.class, world.vcpu().run().getClass());
  }

  @Test
  void replyAfterAFaultOrAHaltIsEinval() {
    world.host().close();
    world.memory().close();
    world.exitOf(new GuestAction.Touch(World.gpa(0), Shareability.SHARED));
    assertEinval(world.vcpu().run(Reply.Answer.DONE));

    world.vcpu().load(GuestProgram.of());
    world.vcpu().run();
    assertEinval(world.vcpu().run(Reply.Answer.DONE));
    assertEquals(new Exit.Halt(), world.vcpu().run());
  }

  @Test
  void storeToAReadOnlySlotIsMmioAndALoadIsNot() {
    HostAddressSpace process = mock(HostAddressSpace.class);
    when(process.load(any(), any())).thenReturn(HostAccess.DONE);
    VirtualMachine vm =
        Engine.inMemory().createVm(SoftwareProtectedPolicy.forOrdinaryVms(), process);
    vm.setMemory(
            new SlotRequest(
                1,
                SlotRequest.READONLY,
                new Gpa(0xfee0_0000L),
                World.bytes(1),
                new HostVirtualAddress(0x7000_0000L),
                Optional.empty(),
                ByteOffset.ZERO))
        .orThrow();
    Vcpu vcpu = vm.createVcpu(GuestProgram.of(LOAD, STORE));

    assertEquals(new Exit.Mmio(NOWHERE, 1, Optional.of((byte) 3)), vcpu.run());

    assertEquals(List.of(new ActionResult.Loaded((byte) 0)), vcpu.results());
    verify(process, never()).store(any(), any());
  }

  @Test
  void anotherProgramForgetsTheOpenExit() {
    world.exitOf(LOAD);

    world.vcpu().load(GuestProgram.of());

    assertEinval(world.vcpu().run(new Reply.Data((byte) 1)));
    assertEquals(new Exit.Halt(), world.vcpu().run());
    assertTrue(world.vcpu().results().isEmpty());
  }

  private static void assertEinval(Exit exit) {
    assertEquals(Errno.EINVAL, ((Exit.Failed) exit).errno());
  }
}
