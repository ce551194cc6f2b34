package io.github.gmem4j.core.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.Granting;
import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.policy.GuestMove;
import io.github.gmem4j.api.policy.GuestProgress;
import io.github.gmem4j.api.policy.KvmSeat;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.Platforms;
import io.github.gmem4j.core.TestPolicy;
import io.github.gmem4j.core.World;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.mockito.InOrder;

/** An exception from a policy reaches the caller of run() unchanged; the vCPU is where it was. */
class PolicyFailureTest {
  private enum Nothing implements Pending, GuestCall, GuestResult, GuestProgress {
    INSTANCE
  }

  private static final GuestAction CALL = new GuestAction.Call(Nothing.INSTANCE);
  private static final GuestAction TOUCH =
      new GuestAction.Touch(World.gpa(0), Shareability.PRIVATE);
  private static final ActionResult RETURNED = new ActionResult.Returned(Nothing.INSTANCE);

  private final IllegalArgumentException failure = new IllegalArgumentException("policy bug");
  private final KvmSeat kvm = mock(KvmSeat.class);
  private final GuestKernel guest = mock(GuestKernel.class);
  private final Platform platform = Platforms.agreeable();
  private final World world =
      World.of(
          Engine.inMemory(),
          TestPolicy.confidential().with(kvm).with(guest).with(platform),
          GuestMemory.MMAP);

  @Test
  void failingOnCallIsTriedAgain() {
    when(kvm.onCall(any(), any())).thenThrow(failure).thenReturn(new Step.Return(Nothing.INSTANCE));

    assertSame(failure, assertThrows(IllegalArgumentException.class, () -> world.exitOf(CALL)));

    assertTrue(world.vcpu().results().isEmpty());
    assertEquals(new Exit.Halt(), world.vcpu().run());
    assertEquals(List.of(RETURNED), world.vcpu().results());
  }

  @Test
  void failingOnReentryIsTriedAgainWithTheNextReply() {
    when(kvm.onCall(any(), any())).thenReturn(new Step.Leave(new Exit.Halt(), Nothing.INSTANCE));
    when(kvm.onReentry(any(), any(), any()))
        .thenThrow(failure)
        .thenReturn(new Step.Return(Nothing.INSTANCE));
    world.exitOf(CALL);

    assertSame(
        failure,
        assertThrows(IllegalArgumentException.class, () -> world.vcpu().run(Reply.Answer.RETRY)));

    assertEquals(new Exit.Halt(), world.vcpu().run(Reply.Answer.DONE));
    verify(kvm).onReentry(any(), eq(Nothing.INSTANCE), eq(Reply.Answer.DONE));
    assertEquals(List.of(RETURNED), world.vcpu().results());
  }

  @Test
  void failingAfterCallLeavesTheGuestAtItsCall() {
    when(guest.begin(any(), any()))
        .thenReturn(new GuestMove.Call(Nothing.INSTANCE, Nothing.INSTANCE));
    when(kvm.onCall(any(), any())).thenReturn(new Step.Return(Nothing.INSTANCE));
    when(guest.afterCall(any(), any())).thenThrow(failure).thenReturn(GuestMove.DONE);
    GuestAction request = new GuestAction.Request(World.gpas(0, 1), Shareability.SHARED);

    assertThrows(IllegalArgumentException.class, () -> world.exitOf(request));

    assertEquals(new Exit.Halt(), world.vcpu().run());
    assertEquals(List.of(new ActionResult.Fulfilled()), world.vcpu().results());
    verify(guest, times(1)).begin(any(), any());
  }

  @Test
  void vcpuIsOutsideTheGuestAfterAnExceptionOfThePolicy() {
    when(kvm.onCall(any(), any())).thenThrow(failure);
    world.vcpu().load(GuestProgram.of(TOUCH, CALL));

    assertThrows(IllegalArgumentException.class, () -> world.vcpu().run());

    InOrder order = inOrder(platform);
    order.verify(platform).enter(0);
    order.verify(platform).leave(0);
    assertEquals(1, world.vcpu().results().size());
  }

  @Test
  void failingPlatformReleasesTheLockAndTheAccessIsTriedAgain() {
    when(platform.makePrivate(any(), any())).thenThrow(failure).thenReturn(Granting.GRANTED);

    assertSame(failure, assertThrows(IllegalArgumentException.class, () -> world.exitOf(TOUCH)));

    assertEquals(new Exit.Halt(), world.vcpu().run());
    assertEquals(List.of(new ActionResult.Touched()), world.vcpu().results());
  }
}
