package io.github.gmem4j.testkit.asserting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.guest.InstructionResult;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.policy.GuestFault;
import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.policy.GuestMove;
import io.github.gmem4j.api.policy.GuestProgress;
import io.github.gmem4j.api.policy.KvmSeat;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.VcpuView;
import io.github.gmem4j.api.policy.VmmSeat;
import io.github.gmem4j.api.policy.Wish;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.testkit.rule.Rule;
import io.github.gmem4j.testkit.value.Exits;
import io.github.gmem4j.testkit.value.GuestFaults;
import io.github.gmem4j.testkit.value.Outcomes;
import io.github.gmem4j.testkit.value.Traits;
import io.github.gmem4j.testkit.value.VcpuViews;
import io.github.gmem4j.testkit.value.Wishes;
import io.github.gmem4j.testkit.world.GuestWorld;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the wrapper of a policy notices about its seats and about who calls them. */
class AssertingSeatsTest {
  /** A call of the tests. */
  private record SomeCall(int number) implements GuestCall {}

  /** What a seat of the tests remembers. */
  private record Remembered(int place) implements Pending, GuestProgress {}

  /** What a call of the tests returns. */
  private record SomeResult(int value) implements GuestResult, InstructionResult {}

  private static final VcpuView VCPU = VcpuViews.of(0).build();
  private static final GpaRange RANGE = GuestWorld.gpas(2, 1);
  private static final Remembered PLACE = new Remembered(1);
  private static final Step LEAVING = new Step.Leave(Exits.unshare(RANGE), PLACE);

  private final KvmSeat kvm = mock(KvmSeat.class);
  private final VmmSeat vmm = mock(VmmSeat.class);
  private final GuestKernel guest = mock(GuestKernel.class);
  private final ConversionPolicy policy = mock(ConversionPolicy.class);

  @BeforeEach
  void stubTheParts() {
    when(policy.traits()).thenReturn(Traits.named("mocked").build());
    when(policy.kvm()).thenReturn(kvm);
    when(policy.vmm()).thenReturn(vmm);
    when(policy.guest()).thenReturn(guest);
  }

  private AssertingPolicy asserting() {
    return AssertingPolicy.of(policy);
  }

  @Test
  void anAnswerIsPassedOn() {
    when(kvm.onCall(any(), any())).thenReturn(LEAVING);

    assertEquals(LEAVING, asserting().kvm().onCall(VCPU, new SomeCall(1)));
  }

  @Test
  void aNullIsNoticed() {
    Broken.by(Rule.P1, () -> asserting().kvm().onCall(VCPU, new SomeCall(1)));
    Broken.by(Rule.P1, () -> asserting().vmm().wish(new Exit.Halt()));
    Broken.by(Rule.P1, () -> asserting().guest().begin(RANGE, Shareability.SHARED));
  }

  @Test
  void anExceptionIsNoticed() {
    when(vmm.wish(any())).thenThrow(new IllegalStateException("lost"));

    Broken.by(Rule.P5, () -> asserting().vmm().wish(new Exit.Halt()));
  }

  @Test
  void traitsThatChangeAreNoticed() {
    AssertingPolicy asserting = asserting();
    when(policy.traits()).thenReturn(Traits.named("renamed").build());

    Broken.by(Rule.P2, asserting::traits);
  }

  @Test
  void anExitThatIsNotEnabledIsNoticed() {
    when(kvm.onCall(any(), any())).thenReturn(LEAVING);
    VcpuView without = VcpuViews.of(0).withoutExits().build();

    Broken.by(Rule.K4, () -> asserting().kvm().onCall(without, new SomeCall(1)));
  }

  @Test
  void aFaultThatCompletesACallIsNoticed() {
    GuestFault fault = GuestFaults.mismatch(GuestWorld.gfn(2), Shareability.PRIVATE);
    when(kvm.onFault(any(), any())).thenReturn(new Step.Return(new SomeResult(0)));

    Broken.by(Rule.K5, () -> asserting().kvm().onFault(VCPU, fault));
  }

  @Test
  void reentryIsForThePendingStateOfTheLastExit() {
    when(kvm.onCall(any(), any())).thenReturn(LEAVING);
    when(kvm.onReentry(any(), any(), any())).thenReturn(Step.RESUME);
    KvmSeat seat = asserting().kvm();
    Broken.by(Rule.K8, () -> seat.onReentry(VCPU, PLACE, Reply.RESUME));
    seat.onCall(VCPU, new SomeCall(1));
    Broken.by(Rule.K8, () -> seat.onReentry(VCPU, Pending.NONE, Reply.RESUME));
    Broken.by(Rule.K8, () -> seat.onReentry(VCPU, new Remembered(2), Reply.RESUME));
    Broken.by(Rule.K8, () -> seat.onReentry(VcpuViews.of(1).build(), PLACE, Reply.Answer.DONE));

    assertEquals(Step.RESUME, seat.onReentry(VCPU, PLACE, Reply.Answer.DONE));
    Broken.by(Rule.K8, () -> seat.onReentry(VCPU, PLACE, Reply.Answer.DONE));
  }

  @Test
  void anOutcomeIsForThePendingStateOfTheLastConversion() {
    Step converting =
        new Step.UnmapHost(RANGE, new Step.Convert(RANGE, Shareability.PRIVATE, PLACE));
    when(kvm.onCall(any(), any())).thenReturn(LEAVING, converting);
    when(kvm.onConverted(any(), any(), any())).thenReturn(Step.RESUME);
    KvmSeat seat = asserting().kvm();
    seat.onCall(VCPU, new SomeCall(1));
    Broken.by(Rule.K9, () -> seat.onConverted(VCPU, PLACE, Outcomes.outOfMemory()));
    seat.onCall(VCPU, new SomeCall(1));

    assertEquals(Step.RESUME, seat.onConverted(VCPU, PLACE, Outcomes.outOfMemory()));
  }

  @Test
  void theVmmSeatIsAskedAboutWishesThatItRead() {
    Wish.Convert wish = Wishes.asked(RANGE, Shareability.PRIVATE);
    when(vmm.wish(any())).thenReturn(wish);
    when(vmm.reply(any(), any())).thenReturn(Reply.Answer.DONE);
    VmmSeat seat = asserting().vmm();
    Broken.by(Rule.V7, () -> seat.reply(wish, Settlement.FULFILLED));
    Broken.by(Rule.V7, () -> seat.retryRule(wish));
    seat.wish(new Exit.Halt());

    assertEquals(Reply.Answer.DONE, seat.reply(wish, Settlement.FULFILLED));
    Broken.by(Rule.V8, () -> seat.reply(wish, Settlement.READY));
    Broken.by(Rule.V8, () -> seat.unconverted(wish));
  }

  @Test
  void theGuestIsHandedTheProgressOfItsLastMove() {
    when(guest.begin(any(), any())).thenReturn(new GuestMove.Call(new SomeCall(1), PLACE));
    when(guest.afterCall(any(), any())).thenReturn(GuestMove.DONE);
    GuestKernel kernel = asserting().guest();
    Broken.by(Rule.G4, () -> kernel.afterCall(PLACE, new SomeResult(0)));
    kernel.begin(RANGE, Shareability.SHARED);
    Broken.by(Rule.G4, () -> kernel.afterInstruction(PLACE, new SomeResult(0)));

    assertEquals(GuestMove.DONE, kernel.afterCall(PLACE, new SomeResult(0)));
  }
}
