package io.github.gmem4j.core.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.policy.GuestMove;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.TestPolicy;
import io.github.gmem4j.core.World;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A guest kernel that stops for good. */
class HaltForGoodTest {
  private static final GuestAction SHARE =
      new GuestAction.Request(World.gpas(0, 1), Shareability.SHARED);
  private static final GuestAction TOUCH =
      new GuestAction.Touch(World.gpa(1), Shareability.PRIVATE);

  private final GuestKernel guest = mock(GuestKernel.class);
  private final World world =
      World.of(Engine.inMemory(), TestPolicy.confidential().with(guest), GuestMemory.MMAP);
  private final Vcpu vcpu = world.vcpu();

  @Test
  void nothingIsFinishedHoweverOftenItIsRun() {
    when(guest.begin(any(), any())).thenReturn(GuestMove.HALT);
    vcpu.load(GuestProgram.of(SHARE, TOUCH));

    assertEquals(new Exit.Halt(), vcpu.run());
    assertEquals(new Exit.Halt(), vcpu.run());
    vcpu.kick();
    assertEquals(new Exit.Interrupted(), vcpu.run());
    assertEquals(new Exit.Halt(), vcpu.run());

    assertEquals(List.of(), vcpu.results());
  }

  @Test
  void aNewProgramIsANewGuest() {
    when(guest.begin(any(), any())).thenReturn(GuestMove.HALT);
    vcpu.load(GuestProgram.of(SHARE));
    vcpu.run();

    vcpu.load(GuestProgram.of(TOUCH));

    assertEquals(new Exit.Halt(), vcpu.run());
    assertEquals(List.of(new ActionResult.Touched()), vcpu.results());
  }
}
