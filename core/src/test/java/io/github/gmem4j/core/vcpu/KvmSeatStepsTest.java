package io.github.gmem4j.core.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.GuestFault;
import io.github.gmem4j.api.policy.KvmSeat;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.VcpuView;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.SystemEventKind;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.Hex;
import io.github.gmem4j.core.TestPolicy;
import io.github.gmem4j.core.World;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mockito.ArgumentCaptor;

/** What the vCPU does with the decisions of a policy's KVM seat, and what it tells the seat. */
class KvmSeatStepsTest {
  private enum Note implements Pending, GuestCall, GuestResult {
    INSTANCE
  }

  private static final GuestAction CALL = new GuestAction.Call(Note.INSTANCE);
  private static final Step RETURN = new Step.Return(Note.INSTANCE);
  private static final Exit UNSHARE = new Exit.Unshare(World.gpas(0, 1));
  private static final Exit FAULT =
      new Exit.MemoryFault(
          World.gpa(0), ByteCount.PAGE, Shareability.PRIVATE, Errno.EFAULT, Optional.empty());
  private static final Exit MAP_GPA =
      new Exit.MapGpaRange(World.gpa(0), PageCount.ONE, 0, Exit.MapGpaRange.LONG_MODE);

  private final KvmSeat kvm = mock(KvmSeat.class);
  private final World world =
      World.of(Engine.inMemory(), TestPolicy.confidential().with(kvm), GuestMemory.MMAP);
  private final Vcpu vcpu = world.vcpu();

  @Test
  void leavingWithNothingPendingTriesTheActionAgain() {
    when(kvm.onCall(any(), any())).thenReturn(new Step.Leave(UNSHARE, Pending.NONE), RETURN);

    assertEquals(UNSHARE, world.exitOf(CALL));
    assertEquals(new Exit.Halt(), vcpu.run());

    verify(kvm, times(2)).onCall(any(), any());
    verify(kvm, never()).onReentry(any(), any(), any());
  }

  @Test
  void resumeTriesTheActionAgainInsideRun() {
    when(kvm.onCall(any(), any())).thenReturn(Step.RESUME, Step.RESUME, RETURN);

    assertEquals(new Exit.Halt(), world.exitOf(CALL));

    verify(kvm, times(3)).onCall(any(), any());
  }

  @Test
  void vmmThatWritesNoReturnValueAnswersZero() {
    leaveWith(MAP_GPA);
    when(kvm.onReentry(any(), any(), any())).thenReturn(RETURN);

    vcpu.run(Reply.RESUME);

    verify(kvm).onReentry(any(), any(), eq(Reply.Answer.DONE));
  }

  @Test
  void dataIsNeverAnAnswerToADecision() {
    leaveWith(MAP_GPA);

    assertEquals(Errno.EINVAL, ((Exit.Failed) vcpu.run(new Reply.Data((byte) 0))).errno());
    verify(kvm, never()).onReentry(any(), any(), any());
  }

  @Test
  void failedRunComesBackToOnReentryWithTheNextReply() {
    leaveWith(MAP_GPA);
    when(kvm.onReentry(any(), any(), any()))
        .thenReturn(new Step.Fail(Errno.EINVAL, "ret 7", Note.INSTANCE), RETURN);

    assertEquals(new Exit.Failed(Errno.EINVAL, "ret 7"), vcpu.run(new Reply.Answer(7)));
    assertTrue(vcpu.results().isEmpty());
    assertEquals(new Exit.Halt(), vcpu.run(Reply.Answer.DONE));
  }

  @Test
  void aGuestThatEndedItselfGoesOnBehindItsCallWhenItIsRunAgain() {
    Exit end = new Exit.SystemEvent(SystemEventKind.TERMINATED, List.of(0x11100L));
    leaveWith(end);
    when(kvm.onReentry(any(), any(), any())).thenReturn(RETURN);

    assertEquals(new Exit.Halt(), vcpu.run());

    verify(kvm).onReentry(any(), eq(Note.INSTANCE), eq(Reply.RESUME));
    assertEquals(List.of(new ActionResult.Returned(Note.INSTANCE)), vcpu.results());
  }

  @Test
  void aCallThatTheKernelHasLostGoesOnWhateverTheVmmSays() {
    for (Reply reply : List.of(Reply.RESUME, new Reply.Answer(7), new Reply.Data((byte) 7))) {
      leaveWith(MAP_GPA);
      when(kvm.onReentry(any(), any(), any()))
          .thenReturn(new Step.Fail(Errno.EINVAL, "ret 7", new Pending.Forgotten(Note.INSTANCE)));

      assertEquals(new Exit.Failed(Errno.EINVAL, "ret 7"), vcpu.run(new Reply.Answer(7)));
      assertTrue(vcpu.results().isEmpty());
      assertEquals(new Exit.Halt(), vcpu.run(reply));
      assertEquals(List.of(new ActionResult.Returned(Note.INSTANCE)), vcpu.results());
    }
    verify(kvm, times(3)).onReentry(any(), any(), any());
  }

  @Test
  void resumeStaysResumeAfterAFailedReplyToAnExitWithoutReturnValue() {
    leaveWith(FAULT);
    when(kvm.onReentry(any(), any(), any()))
        .thenReturn(new Step.Fail(Errno.EINVAL, "no", Note.INSTANCE), RETURN);
    vcpu.run(new Reply.Answer(7));

    vcpu.run(Reply.RESUME);

    verify(kvm).onReentry(any(), any(), eq(Reply.RESUME));
  }

  @Test
  void pendingInterruptIsSeenWhenTheExitIsCompletedAndClearedByTheNextAction() {
    when(kvm.onCall(any(), any())).thenReturn(new Step.Leave(MAP_GPA, Note.INSTANCE));
    when(kvm.onReentry(any(), any(), any())).thenReturn(RETURN);
    vcpu.load(GuestProgram.of(CALL, CALL));
    vcpu.run();
    vcpu.queueInterrupt();
    vcpu.run(Reply.Answer.DONE);
    vcpu.run(Reply.Answer.DONE);

    ArgumentCaptor<VcpuView> views = ArgumentCaptor.captor();
    verify(kvm, times(2)).onReentry(views.capture(), any(), any());
    assertTrue(views.getAllValues().get(0).eventPending());
    assertFalse(views.getAllValues().get(1).eventPending());
  }

  @Test
  void viewTellsTheVcpusNumberAndWhetherMapGpaExits() {
    when(kvm.onCall(any(), any())).thenReturn(RETURN);
    world.exitOf(CALL);
    world.vm().enableExitHypercalls(1 << Exit.MapGpaRange.NUMBER).orThrow();
    Vcpu second = world.vm().createVcpu(GuestProgram.of(CALL));
    second.run();
    world.vm().enableExitHypercalls(0).orThrow();
    world.exitOf(CALL);

    verify(kvm, times(2)).onCall(new VcpuView(0, false, false, false), Note.INSTANCE);
    verify(kvm).onCall(new VcpuView(1, false, true, false), Note.INSTANCE);
  }

  @Test
  void faultReachesThePolicyWithItsCause() {
    when(kvm.onFault(any(), any())).thenReturn(new Step.Leave(UNSHARE, Pending.NONE));

    assertEquals(UNSHARE, world.exitOf(new GuestAction.Touch(World.gpa(2), Shareability.SHARED)));

    verify(kvm)
        .onFault(
            new VcpuView(0, false, false, false),
            GuestFault.of(World.gpa(2).gfn(), Shareability.SHARED, GuestFault.Cause.MISMATCH));
  }

  @Test
  void convertHappensInsideRunAndItsOutcomeComesBack() {
    convertInside(World.gpas(2, 3));

    assertEquals(new ConversionOutcome.Converted(Shareability.SHARED), outcome());
    assertEquals("PPSSSPPPPPPPPPPP", world.states());
  }

  @Test
  void convertWhereNoGuestMemoryLiesIsEfault() {
    convertInside(World.gpas(World.PAGES - 1, 2));

    assertEquals(Errno.EFAULT, outcome().errno().orElseThrow());
  }

  @ParameterizedTest
  @CsvSource({
    "0x100000000, 0",
    "0x100000000, 0x64",
    "0x100000001, 0x1000",
    "0xfffffffffffff000, 0x1000",
    "0x100000000, 0xfffffffffffff000"
  })
  void convertOfAnIllegalRangeIsEinvalAndChangesNothing(String start, String size) {
    convertInside(GpaRange.of(Hex.of(start), Hex.of(size)));

    assertEquals(Errno.EINVAL, outcome().errno().orElseThrow());
    assertEquals("P".repeat(World.PAGES), world.states());
  }

  private void leaveWith(Exit exit) {
    when(kvm.onCall(any(), any())).thenReturn(new Step.Leave(exit, Note.INSTANCE));
    assertEquals(exit, world.exitOf(CALL));
  }

  private void convertInside(GpaRange range) {
    when(kvm.onCall(any(), any()))
        .thenReturn(new Step.Convert(range, Shareability.SHARED, Note.INSTANCE));
    when(kvm.onConverted(any(), any(), any())).thenReturn(RETURN);
    assertEquals(new Exit.Halt(), world.exitOf(CALL));
  }

  private ConversionOutcome outcome() {
    ArgumentCaptor<ConversionOutcome> outcome = ArgumentCaptor.captor();
    verify(kvm).onConverted(any(), any(), outcome.capture());
    return outcome.getValue();
  }
}
