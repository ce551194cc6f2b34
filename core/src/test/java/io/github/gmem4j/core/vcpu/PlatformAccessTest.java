package io.github.gmem4j.core.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.guest.InstructionResult;
import io.github.gmem4j.api.guest.PlatformInstruction;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.Execution;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.policy.PrivateAccess;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.Platforms;
import io.github.gmem4j.core.TestPolicy;
import io.github.gmem4j.core.World;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.mockito.InOrder;

/** Private accesses and instructions go through the platform. */
class PlatformAccessTest {
  private enum Accept implements PlatformInstruction, InstructionResult {
    INSTANCE
  }

  private static final GuestAction READ = new GuestAction.Read(World.gpa(1), Shareability.PRIVATE);
  private static final GuestAction EXECUTE = new GuestAction.Execute(Accept.INSTANCE);

  private final Platform platform = Platforms.agreeable();
  private final World world =
      World.of(Engine.inMemory(), TestPolicy.confidential().with(platform), GuestMemory.MMAP);

  @Test
  void everyPrivateAccessAsksThePlatformAndOnlyTheFirstMaps() {
    world.resultOf(READ);
    world.resultOf(READ);

    verify(platform, times(1)).makePrivate(any(), any());
    verify(platform, times(2)).access(World.gpa(1).gfn());
  }

  @Test
  void mappingThatThePlatformCannotUseIsMadeAgain() {
    when(platform.access(any())).thenReturn(PrivateAccess.NOT_MAPPED, PrivateAccess.REACHED);

    world.resultOf(READ);

    verify(platform, times(2)).makePrivate(any(), any());
  }

  @Test
  void exceptionOfTheGuestFinishesTheAction() {
    when(platform.access(any())).thenReturn(new PrivateAccess.Excepted("#VC"));

    assertEquals(new ActionResult.Excepted("#VC"), world.resultOf(READ));
  }

  @Test
  void fatalAccessMakesTheVmDead() {
    when(platform.access(any())).thenReturn(new PrivateAccess.Fatal("integrity"));

    assertEquals(new Exit.Failed(Errno.EIO, "integrity"), world.exitOf(READ));
    assertEquals(Errno.EIO, World.errnoOf(world.vm().createGuestMemory(World.bytes(1), 0)));
  }

  @Test
  void instructionFinishesWithItsResult() {
    when(platform.execute(any())).thenReturn(new Execution.Finished(Accept.INSTANCE));

    assertEquals(new ActionResult.Executed(Accept.INSTANCE), world.resultOf(EXECUTE));
  }

  @Test
  void instructionThatMissesAPageIsExecutedAgainOnceThePageIsThere() {
    when(platform.execute(any()))
        .thenReturn(
            new Execution.NeedsPage(World.gpa(4).gfn()), new Execution.Finished(Accept.INSTANCE));

    assertEquals(new ActionResult.Executed(Accept.INSTANCE), world.resultOf(EXECUTE));

    InOrder order = inOrder(platform);
    order.verify(platform).execute(Accept.INSTANCE);
    order.verify(platform).makePrivate(any(), any());
    order.verify(platform).execute(Accept.INSTANCE);
    assertTrue(world.memory().isPopulated(new PageIndex(4)));
    verify(platform, never()).access(any());
  }

  @Test
  void instructionThatMissesASharedPageLeavesWithAMemoryFault() {
    world.toShared(4, 1);
    when(platform.execute(any())).thenReturn(new Execution.NeedsPage(World.gpa(4).gfn()));

    Exit.MemoryFault fault = (Exit.MemoryFault) world.exitOf(EXECUTE);

    assertEquals(World.gpa(4), fault.gpa());
    assertEquals(Exit.MemoryFault.FLAG_PRIVATE, fault.flags());
  }

  @Test
  void instructionMayRaiseAnExceptionOrKillTheVm() {
    when(platform.execute(any()))
        .thenReturn(new Execution.Excepted("#GP"), new Execution.Fatal("gone"));

    assertEquals(new ActionResult.Excepted("#GP"), world.resultOf(EXECUTE));
    assertEquals(new Exit.Failed(Errno.EIO, "gone"), world.exitOf(EXECUTE));
  }

  @Test
  void softwareProtectedGuestHasNoSuchInstruction() {
    assertTrue(World.inPlace().resultOf(EXECUTE) instanceof ActionResult.Excepted);
  }

  @Test
  void vcpuEntersOnceForEachRunAndLeavesAtItsEnd() {
    world.vcpu().load(GuestProgram.of(READ, READ));
    world.vcpu().run();
    world.vcpu().run();

    InOrder order = inOrder(platform);
    order.verify(platform).enter(0);
    order.verify(platform, times(2)).access(any());
    order.verify(platform).leave(0);
    order.verifyNoMoreInteractions();
    assertEquals(
        List.of(new ActionResult.Loaded((byte) 0), new ActionResult.Loaded((byte) 0)),
        world.vcpu().results());
  }
}
