package io.github.gmem4j.core.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.GuestFault;
import io.github.gmem4j.api.policy.Interception;
import io.github.gmem4j.api.policy.KvmSeat;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.Withheld;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.Platforms;
import io.github.gmem4j.core.TestPolicy;
import io.github.gmem4j.core.World;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The steps with which a KVM seat has the kernel act on memory inside {@code run()}. */
class StepsOnMemoryTest {
  private enum Note implements GuestCall, GuestResult, Pending {
    CALL,
    DONE_IN_PART,
    DONE,
    PENDING,
    MARK
  }

  private static final GuestAction CALL = new GuestAction.Call(Note.CALL);
  private static final GuestAction TOUCH = new GuestAction.Touch(World.gpa(0), Shareability.SHARED);
  private static final Step RETURN = new Step.Return(Note.DONE);
  private static final Exit UNSHARE = new Exit.Unshare(World.gpas(0, 1));

  private final List<RoadEvent> events = new ArrayList<>();
  private final KvmSeat kvm = mock(KvmSeat.class);
  private final Platform platform = Platforms.agreeable();
  private final World world =
      World.of(
          Engine.builder().listener(events::add).build(),
          TestPolicy.confidential().with(kvm).with(platform),
          GuestMemory.MMAP | GuestMemory.INIT_SHARED);

  @BeforeEach
  void everyConversionCompletesTheCall() {
    when(kvm.onConverted(any(), any(), any())).thenReturn(RETURN);
  }

  private void onCall(Step step) {
    when(kvm.onCall(any(), any())).thenReturn(step);
  }

  private static Step withhold(Withheld from) {
    return new Step.Withhold(World.gpas(0, 1), from, Note.MARK, RETURN);
  }

  private static Step toPrivate() {
    return new Step.Convert(World.gpas(0, 1), Shareability.PRIVATE, Note.PENDING);
  }

  @Test
  void flipLooksAtNoReferenceAndUnmapsNobody() {
    world.hostStore(0, 7);
    Pin pin = world.pin(0, ReferenceKind.LONG_TERM, "nic");
    onCall(new Step.Flip(World.gpas(0, 1), Shareability.PRIVATE, Note.PENDING));

    assertEquals(new ActionResult.Returned(Note.DONE), world.resultOf(CALL));

    verify(kvm)
        .onConverted(
            any(), eq(Note.PENDING), eq(new ConversionOutcome.Converted(Shareability.PRIVATE)));
    assertTrue(world.hostMaps(0));
    assertFalse(world.hostReaches(0));
    verify(platform).takenFromHost(any());
    verify(platform, never()).reachedByHost(any(), any());
    assertEquals(7, pin.load(0));
    verify(platform).reachedByHost(any(), any());
  }

  @Test
  void flipToSharedIsAConversion() {
    world.toPrivate(0, 1);
    onCall(new Step.Flip(World.gpas(0, 1), Shareability.SHARED, Note.PENDING));

    world.resultOf(CALL);

    assertTrue(world.hostReaches(0));
  }

  @Test
  void unmappingTheHostKeepsThePageShared() {
    world.hostStore(0, 7);
    onCall(new Step.UnmapHost(World.gpas(0, 1), RETURN));

    world.resultOf(CALL);

    assertFalse(world.hostMaps(0));
    assertEquals(7, world.hostLoad(0));
  }

  @Test
  void pageWithheldFromTheGuestFaultsWithItsMarkAndServesTheHost() {
    onCall(withhold(Withheld.FROM_GUEST));
    world.resultOf(TOUCH);
    world.resultOf(CALL);
    when(kvm.onFault(any(), any())).thenReturn(new Step.Leave(UNSHARE, Pending.NONE));

    assertEquals(UNSHARE, world.exitOf(TOUCH));

    verify(kvm).onFault(any(), eq(GuestFault.withheld(World.gpa(0).gfn(), Note.MARK)));
    assertTrue(world.hostReaches(0));
  }

  @Test
  void anyConversionEndsTheWithholding() {
    onCall(withhold(Withheld.FROM_GUEST));
    world.resultOf(CALL);

    world.toShared(0, 1);

    assertEquals(new ActionResult.Touched(), world.resultOf(TOUCH));
  }

  @Test
  void punchedPageThatWasWithheldFromEveryoneIsPrivate() {
    Pin pin = world.pin(0, ReferenceKind.LONG_TERM, "nic");
    onCall(withhold(Withheld.FROM_EVERYONE));
    world.resultOf(CALL);
    assertEquals('S', world.states().charAt(0));

    punch(0);

    assertEquals('P', world.states().charAt(0));
    pin.close();
    assertEquals('P', world.states().charAt(0));
  }

  @Test
  void punchedPageThatWasWithheldFromTheGuestStaysSo() {
    onCall(withhold(Withheld.FROM_GUEST));
    world.resultOf(CALL);
    when(kvm.onFault(any(), any())).thenReturn(new Step.Leave(UNSHARE, Pending.NONE));

    punch(0);

    assertEquals(UNSHARE, world.exitOf(TOUCH));
  }

  private void punch(long page) {
    world.memory().fallocate(GuestMemory.PUNCH_HOLE | GuestMemory.KEEP_SIZE, World.pages(page, 1));
  }

  @Test
  void kvmGetsThePartOfACallThatWasFoundAcceptable() {
    when(platform.intercept(anyInt(), any()))
        .thenReturn(new Interception.PassedAs(Note.DONE_IN_PART));
    onCall(RETURN);

    world.resultOf(CALL);

    verify(kvm).onCall(any(), eq(Note.DONE_IN_PART));
    verify(platform).returned(0, Note.CALL, Note.DONE);
  }

  @Test
  void pageWithheldFromEveryoneBecomesPrivateWithItsLastReference() {
    Pin first = world.pin(0, ReferenceKind.LONG_TERM, "nic");
    Pin second = world.pin(0, ReferenceKind.SHORT_TERM, "pipe");
    onCall(withhold(Withheld.FROM_EVERYONE));
    world.resultOf(CALL);

    assertFalse(world.hostReaches(0));
    assertFalse(world.host().pin(World.at(0).page(), ReferenceKind.SHORT_TERM, "x").succeeded());
    first.close();
    assertEquals('S', world.states().charAt(0));
    second.close();

    assertEquals('P', world.states().charAt(0));
    assertTrue(events.contains(new RoadEvent.LastReferenceDropped(World.at(0).page())));
  }

  @Test
  void pageWithheldFromEveryoneWithoutReferencesIsPrivateAtOnce() {
    world.hostStore(0, 7);
    onCall(withhold(Withheld.FROM_EVERYONE));

    world.resultOf(CALL);

    assertEquals('P', world.states().charAt(0));
  }

  @Test
  void lastReferenceOfAPageSharedAgainChangesNothing() {
    Pin pin = world.pin(0, ReferenceKind.LONG_TERM, "nic");
    onCall(withhold(Withheld.FROM_EVERYONE));
    world.resultOf(CALL);
    world.toShared(0, 1);

    pin.close();

    assertEquals('S', world.states().charAt(0));
  }

  @Test
  void kernelPinBlocksConversionsUntilTheGuestGoesOn() {
    onCall(
        new Step.Pin(
            World.gpa(0), "ghcb", new Step.Leave(UNSHARE, Note.PENDING), new Step.Resume()));
    when(kvm.onReentry(any(), any(), any())).thenReturn(RETURN);
    assertEquals(UNSHARE, world.exitOf(CALL));

    var blocked = assertInstanceOf(ConversionOutcome.Blocked.class, world.toPrivate(0, 1));
    assertEquals("ghcb", blocked.blockers().getFirst().holder());
    world.vcpu().run(Reply.Answer.DONE);

    assertTrue(world.toPrivate(0, 1).succeeded());
  }

  @Test
  void kernelPinOfAClosedVcpuIsDropped() {
    onCall(
        new Step.Pin(
            World.gpa(0), "ghcb", new Step.Leave(UNSHARE, Note.PENDING), new Step.Resume()));
    world.exitOf(CALL);

    world.vcpu().close();

    assertTrue(world.toPrivate(0, 1).succeeded());
    assertEquals(Errno.EBADF, ((Exit.Failed) world.vcpu().run()).errno());
  }

  @Test
  void kernelPinOfAPrivatePageIsNotTaken() {
    world.toPrivate(0, 1);
    onCall(new Step.Pin(World.gpa(0), "ghcb", new Step.Leave(UNSHARE, Note.PENDING), RETURN));

    assertEquals(new ActionResult.Returned(Note.DONE), world.resultOf(CALL));
  }

  @Test
  void newerOppositeRequestCancelsAPendingOne() {
    Vcpu other = world.vm().createVcpu(GuestProgram.of(CALL));
    when(kvm.onCall(any(), any()))
        .thenReturn(
            new Step.Leave(UNSHARE, Note.PENDING),
            new Step.Convert(World.gpas(0, 1), Shareability.SHARED, Note.PENDING));
    when(kvm.onReentry(any(), any(), any())).thenReturn(toPrivate());
    world.exitOf(CALL);

    other.run();
    world.vcpu().run(Reply.Answer.DONE);

    assertEquals('S', world.states().charAt(0));
    verify(kvm)
        .onConverted(
            any(),
            any(),
            eq(
                new ConversionOutcome.Rejected(
                    Errno.ECANCELED, "a newer request for the range came first")));
  }

  @Test
  void requestForTheSameStateCancelsNothing() {
    Vcpu other = world.vm().createVcpu(GuestProgram.of(CALL));
    when(kvm.onCall(any(), any())).thenReturn(new Step.Leave(UNSHARE, Note.PENDING), toPrivate());
    when(kvm.onReentry(any(), any(), any())).thenReturn(toPrivate());
    world.exitOf(CALL);

    other.run();
    world.vcpu().run(Reply.Answer.DONE);

    verify(kvm)
        .onConverted(any(), any(), eq(new ConversionOutcome.AlreadyThere(Shareability.PRIVATE)));
  }

  @Test
  void whatRunsBeneathAnswersFirst() {
    when(platform.intercept(anyInt(), any())).thenReturn(new Interception.Answered(Note.DONE));

    assertEquals(new ActionResult.Returned(Note.DONE), world.resultOf(CALL));

    verify(kvm, never()).onCall(any(), any());
    verify(platform, never()).returned(anyInt(), any(), any());
  }

  @Test
  void whatRunsBeneathLearnsHowACallItPassedOnReturns() {
    onCall(RETURN);

    world.resultOf(CALL);

    verify(platform).returned(0, Note.CALL, Note.DONE);
  }

  @Test
  void whatRunsBeneathHasTheLastWordOnAResult() {
    onCall(RETURN);
    when(platform.returned(0, Note.CALL, Note.DONE)).thenReturn(Optional.of(Note.MARK));

    assertEquals(new ActionResult.Returned(Note.MARK), world.resultOf(CALL));
  }

  @Test
  void comparingLooksAtEveryPageAndConvertsNone() {
    world.toPrivate(1, 2);

    assertEquals(Note.DONE, compared(World.gpas(1, 2), Shareability.PRIVATE));
    assertEquals(Note.MARK, compared(World.gpas(0, 2), Shareability.PRIVATE));
    assertEquals(Note.MARK, compared(World.gpas(0, 2), Shareability.SHARED));
    assertEquals(Note.DONE, compared(World.gpas(3, 2), Shareability.SHARED));
    assertTrue(world.states().startsWith("SPPS"));
  }

  @Test
  void comparingCountsFramesWithoutMemoryAsShared() {
    assertEquals(Note.DONE, compared(World.gpas(1L << 30, 4), Shareability.SHARED));
    assertEquals(Note.MARK, compared(World.gpas(1L << 30, 4), Shareability.PRIVATE));
    assertEquals(Note.MARK, compared(GpaRange.of(8, 8), Shareability.SHARED));
  }

  private GuestResult compared(GpaRange range, Shareability state) {
    onCall(new Step.Compare(range, state, RETURN, new Step.Return(Note.MARK)));
    return assertInstanceOf(ActionResult.Returned.class, world.resultOf(CALL)).result();
  }

  @Test
  void exceptionThatTheHardwareSettlesReachesNoSeat() {
    when(platform.exceptionFor(World.gpa(0).gfn(), Shareability.PRIVATE))
        .thenReturn(Optional.of("external abort"));
    GuestAction touch = new GuestAction.Touch(World.gpa(0), Shareability.PRIVATE);

    assertEquals(new ActionResult.Excepted("external abort"), world.resultOf(touch));
    world.toPrivate(0, 1);
    assertEquals(new ActionResult.Excepted("external abort"), world.resultOf(touch));

    verify(kvm, never()).onFault(any(), any());
    verify(platform, never()).makePrivate(any(), any());
  }

  @Test
  void callThatMissesAPageIsMadeAgain() {
    world.toPrivate(3, 1);
    when(platform.intercept(anyInt(), any()))
        .thenReturn(new Interception.NeedsPage(World.gpa(3).gfn()), Interception.PASSED);
    onCall(RETURN);

    assertEquals(new ActionResult.Returned(Note.DONE), world.resultOf(CALL));
    verify(platform).makePrivate(eq(World.gpa(3).gfn()), any());
  }

  @Test
  void callMayEndInAnException() {
    when(platform.intercept(anyInt(), any())).thenReturn(new Interception.Excepted("abort"));

    assertEquals(new ActionResult.Excepted("abort"), world.resultOf(CALL));
  }

  @Test
  void callMayKillTheVm() {
    when(platform.intercept(anyInt(), any())).thenReturn(new Interception.Fatal("broken"));

    assertEquals(new Exit.Failed(Errno.EIO, "broken"), world.exitOf(CALL));
  }

  @Test
  void failureWithNothingPendingTriesTheActionAgain() {
    when(kvm.onCall(any(), any()))
        .thenReturn(new Step.Fail(Errno.EFAULT, "poisoned", Pending.NONE), RETURN);

    assertEquals(new Exit.Failed(Errno.EFAULT, "poisoned"), world.exitOf(CALL));
    assertEquals(new Exit.Halt(), world.vcpu().run());
    verify(kvm, never()).onReentry(any(), any(), any());
  }

  @Test
  void platformIsToldOnceThatTheVmIsGone() {
    world.vm().close();
    world.vm().close();

    verify(platform).teardown();
  }

  @Test
  void sharedPageIsTheGuestsOnceThePlatformGrantsIt() {
    assertEquals(new ActionResult.Touched(), world.resultOf(TOUCH));
    world.vcpu().load(GuestProgram.of(TOUCH));
    world.vcpu().run();

    verify(platform).mapShared(eq(new Gfn(World.BASE >>> 12)), any());
  }
}
