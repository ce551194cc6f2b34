package io.github.gmem4j.core.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.guest.PlatformInstruction;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.policy.KvmSeat;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.Platforms;
import io.github.gmem4j.core.TestPolicy;
import io.github.gmem4j.core.World;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A mock that nobody taught an answer: the exception names the policy and the method. */
class NullAnswersTest {
  private enum SomePending implements Pending {
    INSTANCE
  }

  private enum SomeCall implements GuestCall {
    INSTANCE
  }

  private enum SomeResult implements GuestResult {
    INSTANCE
  }

  private enum SomeInstruction implements PlatformInstruction {
    INSTANCE
  }

  private static final GuestAction TOUCH =
      new GuestAction.Touch(World.gpa(0), Shareability.PRIVATE);
  private static final GuestAction MISMATCH =
      new GuestAction.Touch(World.gpa(0), Shareability.SHARED);
  private static final GuestAction CALL = new GuestAction.Call(SomeCall.INSTANCE);
  private static final GuestAction REQUEST =
      new GuestAction.Request(World.gpas(0, 1), Shareability.SHARED);

  private final KvmSeat kvm = mock(KvmSeat.class);
  private final Platform platform = Platforms.agreeable();
  private final GuestKernel guest = mock(GuestKernel.class);
  private final World world =
      World.of(
          Engine.inMemory(),
          TestPolicy.confidential().with(kvm).with(platform).with(guest),
          GuestMemory.MMAP);

  @Test
  void traits() {
    ConversionPolicy policy = mock(ConversionPolicy.class);

    IllegalStateException thrown =
        assertThrows(IllegalStateException.class, () -> Engine.inMemory().createVm(policy));

    assertTrue(thrown.toString().contains("traits"), thrown::toString);
  }

  @Test
  void createPlatform() {
    ConversionPolicy policy = mock(ConversionPolicy.class);
    when(policy.traits()).thenReturn(TestPolicy.confidential().traits());

    assertNames("createPlatform", () -> Engine.inMemory().createVm(policy));
  }

  @Test
  void vmm() {
    ConversionPolicy policy = mock(ConversionPolicy.class);
    when(policy.traits()).thenReturn(TestPolicy.confidential().traits());

    IllegalStateException thrown =
        assertThrows(
            IllegalStateException.class, () -> Engine.inMemory().coordinator(world.vm(), policy));

    assertTrue(thrown.toString().contains("vmm"), thrown::toString);
  }

  @Test
  void kvmAndGuest() {
    ConversionPolicy policy = mock(ConversionPolicy.class);
    when(policy.traits()).thenReturn(TestPolicy.confidential().traits());
    when(policy.createPlatform(any())).thenReturn(platform);
    World seatless = World.of(Engine.inMemory(), policy, GuestMemory.MMAP);

    assertNames("kvm", () -> seatless.exitOf(CALL));
    assertNames("guest", () -> seatless.exitOf(REQUEST));
  }

  @Test
  void onCallLeavesTheVcpuAtTheCall() {
    assertNames("onCall", () -> world.exitOf(CALL));
    when(kvm.onCall(any(), any())).thenReturn(new Step.Return(SomeResult.INSTANCE));

    assertEquals(new Exit.Halt(), world.vcpu().run());
    assertEquals(List.of(new ActionResult.Returned(SomeResult.INSTANCE)), world.vcpu().results());
  }

  @Test
  void onFaultLeavesTheVcpuAtTheAccess() {
    assertNames("onFault", () -> world.exitOf(MISMATCH));
    world.toShared(0, 1);

    assertEquals(new Exit.Halt(), world.vcpu().run());
    assertEquals(List.of(new ActionResult.Touched()), world.vcpu().results());
  }

  @Test
  void onReentryLeavesTheVcpuAtTheExit() {
    when(kvm.onCall(any(), any()))
        .thenReturn(new Step.Leave(new Exit.Halt(), SomePending.INSTANCE));
    world.exitOf(CALL);
    assertNames("onReentry", () -> world.vcpu().run(Reply.Answer.DONE));
    when(kvm.onReentry(any(), any(), any())).thenReturn(new Step.Return(SomeResult.INSTANCE));

    assertEquals(new Exit.Halt(), world.vcpu().run(Reply.Answer.DONE));
    assertEquals(1, world.vcpu().results().size());
  }

  @Test
  void onConverted() {
    when(kvm.onCall(any(), any()))
        .thenReturn(new Step.Convert(World.gpas(0, 1), Shareability.SHARED, SomePending.INSTANCE));

    assertNames("onConverted", () -> world.exitOf(CALL));
  }

  @Test
  void guestBegin() {
    assertNames("begin", () -> world.exitOf(REQUEST));
    assertTrue(world.vcpu().results().isEmpty());
  }

  @Test
  void makePrivate() {
    when(platform.makePrivate(any(), any())).thenReturn(null);

    assertNames("makePrivate", () -> world.exitOf(TOUCH));
  }

  @Test
  void mapShared() {
    when(platform.mapShared(any(), any())).thenReturn(null);
    world.toShared(0, 1);

    assertNames("mapShared", () -> world.exitOf(MISMATCH));
  }

  @Test
  void intercept() {
    when(platform.intercept(anyInt(), any())).thenReturn(null);

    assertNames("intercept", () -> world.exitOf(CALL));
  }

  @Test
  void access() {
    when(platform.access(any())).thenReturn(null);

    assertNames("access", () -> world.exitOf(TOUCH));
  }

  @Test
  void execute() {
    assertNames("execute", () -> world.exitOf(new GuestAction.Execute(SomeInstruction.INSTANCE)));
  }

  @Test
  void refusalOfSlot() {
    when(platform.refusalOfSlot(any(), anyLong())).thenReturn(null);

    assertNames("refusalOfSlot", () -> world.vm().setMemory(SlotRequest.delete(World.SLOT)));
    assertEquals(1, world.vm().slots().size());
  }

  @Test
  void objectionToSharing() {
    when(platform.objectionToSharing(any())).thenReturn(null);
    world.guestStore(0, 1);

    assertNames("objectionToSharing", () -> world.toShared(0, 1));
    assertEquals("P".repeat(World.PAGES), world.states());
  }

  @Test
  void populate() {
    when(platform.populate(any(), any(), any())).thenReturn(null);

    assertNames("populate", () -> world.vm().populate(World.gpas(0, 1), Optional.empty()));
  }

  @Test
  void otherThreadsGoOnAfterwards() {
    when(platform.makePrivate(any(), any())).thenReturn(null);
    assertNames("makePrivate", () -> world.exitOf(TOUCH));

    assertTrue(world.toShared(0, 2).succeeded());
    assertEquals(0, world.hostLoad(0));
    world.vcpu().load(GuestProgram.of());
    assertEquals(new Exit.Halt(), world.vcpu().run());
  }

  private static void assertNames(String method, Runnable call) {
    IllegalStateException thrown = assertThrows(IllegalStateException.class, call::run);
    assertTrue(thrown.toString().contains("'some-policy'"), thrown::toString);
    assertTrue(thrown.toString().contains(method), thrown::toString);
  }
}
