package io.github.gmem4j.core.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.guest.PlainHypercall;
import io.github.gmem4j.api.guest.PlainResult;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.Granting;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.Platforms;
import io.github.gmem4j.core.TestPolicy;
import io.github.gmem4j.core.World;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Kicks end run(), but an exit that was answered is completed first, as the kernel does. */
class KickTest {
  private static final GuestAction TOUCH =
      new GuestAction.Touch(World.gpa(0), Shareability.PRIVATE);
  private static final GuestAction LOAD =
      new GuestAction.Read(new Gpa(0xfee0_0000L), Shareability.SHARED);

  private final World world = World.inPlace();
  private final Vcpu vcpu = world.vcpu();

  @Test
  void kickBeforeRunInterruptsOnceAndBeforeAnyAction() {
    vcpu.load(GuestProgram.of(TOUCH));
    vcpu.kick();
    vcpu.kick();

    assertEquals(new Exit.Interrupted(), vcpu.run());
    assertTrue(vcpu.results().isEmpty());
    assertEquals(new Exit.Halt(), vcpu.run());
  }

  @Test
  void kickIsLookedAtEvenWhenTheProgramIsOver() {
    vcpu.kick();

    assertEquals(new Exit.Interrupted(), vcpu.run());
    assertEquals(new Exit.Halt(), vcpu.run());
  }

  @Test
  void hypercallIsCompletedBeforeTheKickIsLookedAt() {
    world.vm().enableExitHypercalls(1 << Exit.MapGpaRange.NUMBER).orThrow();
    vcpu.load(
        GuestProgram.of(
            new GuestAction.Call(PlainHypercall.of(World.gpas(0, 1), Shareability.SHARED)), TOUCH));
    assertEquals(Exit.MapGpaRange.class, vcpu.run().getClass());
    vcpu.kick();

    assertEquals(new Exit.Interrupted(), vcpu.run(Reply.Answer.DONE));

    assertEquals(List.of(new ActionResult.Returned(PlainResult.DONE)), vcpu.results());
    assertEquals(new Exit.Halt(), vcpu.run());
    assertEquals(2, vcpu.results().size());
  }

  @Test
  void mmioIsCompletedBeforeTheKickIsLookedAt() {
    vcpu.load(GuestProgram.of(LOAD, TOUCH));
    vcpu.run();
    vcpu.kick();

    assertEquals(new Exit.Interrupted(), vcpu.run(new Reply.Data((byte) 4)));
    assertEquals(List.of(new ActionResult.Loaded((byte) 4)), vcpu.results());
  }

  @Test
  void replyToAnInterruptionIsEinval() {
    vcpu.kick();
    vcpu.run();

    assertEquals(Exit.Failed.class, vcpu.run(Reply.Answer.DONE).getClass());
  }

  @Test
  void kickEndsAnAccessThatABusyPlatformKeepsRetrying() {
    Platform platform = Platforms.agreeable();
    World busy =
        World.of(Engine.inMemory(), TestPolicy.confidential().with(platform), GuestMemory.MMAP);
    when(platform.makePrivate(any(), any()))
        .thenAnswer(call -> {
          busy.vcpu().kick();
          return Granting.BUSY;
        })
        .thenReturn(Granting.GRANTED);

    assertEquals(new Exit.Interrupted(), busy.exitOf(TOUCH));
    assertEquals(new Exit.Halt(), busy.vcpu().run());
    assertEquals(List.of(new ActionResult.Touched()), busy.vcpu().results());
  }

  @Test
  void interruptedActionBeginsAgainAndIsNotLost() {
    vcpu.load(GuestProgram.of(TOUCH, TOUCH, TOUCH));
    int interruptions = 0;
    for (vcpu.kick(); vcpu.run() instanceof Exit.Interrupted; interruptions++) {
      if (interruptions < 2) {
        vcpu.kick();
      }
    }

    assertEquals(3, interruptions);
    assertEquals(3, vcpu.results().size());
  }
}
