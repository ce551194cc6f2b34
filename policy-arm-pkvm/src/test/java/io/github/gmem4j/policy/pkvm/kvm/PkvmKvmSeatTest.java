package io.github.gmem4j.policy.pkvm.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.GuestFault;
import io.github.gmem4j.api.policy.KvmSeat;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.VcpuView;
import io.github.gmem4j.api.policy.Withheld;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.policy.pkvm.hvc.HostCalls;
import io.github.gmem4j.policy.pkvm.hvc.Hvc;
import io.github.gmem4j.policy.pkvm.hvc.HvcProfile;
import io.github.gmem4j.policy.pkvm.hvc.HvcResult;
import io.github.gmem4j.policy.pkvm.kvm.Unsharing.HostUnmapping;
import io.github.gmem4j.policy.pkvm.kvm.Unsharing.WhenHeld;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The seat's decisions as values, without an engine. */
final class PkvmKvmSeatTest {
  private static final VcpuView VCPU = new VcpuView(0, false, false, true);
  private static final VcpuView NOT_ENABLED = new VcpuView(0, false, true, false);
  private static final Gpa PAGE = new Gpa(0x3000);
  private static final GpaRange RANGE = GpaRange.of(0x3000, 0x1000);
  private static final MemoryCall CALL = new MemoryCall(RANGE, HvcResult.SUCCESS);
  private static final Waiting UNSHARE = new Waiting.InUnshare(CALL);
  private static final Waiting SHARE = new Waiting.InShare(CALL);
  private static final Waiting TOUCH = new Waiting.AtTouch(RANGE);
  private static final Step SUCCESS = new Step.Return(HvcResult.SUCCESS);
  private static final Step REFUSED = new Step.Return(HvcResult.INVALID_PARAMETER);
  private static final ConversionOutcome CONVERTED =
      new ConversionOutcome.Converted(Shareability.PRIVATE);
  private static final ConversionOutcome HELD =
      new ConversionOutcome.Blocked(new ByteOffset(0x3000), List.of());
  private static final ConversionOutcome OVERTAKEN =
      new ConversionOutcome.Rejected(Errno.ECANCELED, "a newer request came first");
  private static final Exit ASKED = new Exit.Unshare(RANGE);
  private static final Exit ASKED_AGAIN =
      new Exit.Unshare(RANGE, Optional.of(new ByteOffset(0x3000)));

  private static KvmSeat seat(Unsharing unsharing) {
    return new PkvmKvmSeat(unsharing, HvcProfile.MAINLINE);
  }

  private static KvmSeat gated(WhenHeld whenHeld) {
    return seat(new Unsharing.AtReentry(HostUnmapping.AT_REENTRY, whenHeld));
  }

  private static final KvmSeat ASK_AGAIN = gated(WhenHeld.ASK_AGAIN);
  private static final KvmSeat AT_LAST_DROP = seat(new Unsharing.AtLastDrop());
  private static final KvmSeat AT_CALL = seat(new Unsharing.AtCall());

  private static Step toPrivate(Pending pending) {
    return new Step.Convert(RANGE, Shareability.PRIVATE, pending);
  }

  @Test
  void sharingIsAConversionWithoutAnExit() {
    Step step = new Step.Convert(RANGE, Shareability.SHARED, SHARE);

    assertEquals(step, ASK_AGAIN.onCall(VCPU, Hvc.share(PAGE)));
    assertEquals(step, AT_LAST_DROP.onCall(NOT_ENABLED, Hvc.share(PAGE)));
    assertEquals(
        new Step.Flip(RANGE, Shareability.SHARED, SHARE), AT_CALL.onCall(VCPU, Hvc.share(PAGE)));
  }

  @Test
  void eachDesignBeginsItsUnshareInItsOwnWay() {
    Step leave = new Step.Leave(ASKED, UNSHARE);

    assertEquals(leave, ASK_AGAIN.onCall(VCPU, Hvc.unshare(PAGE)));
    assertEquals(
        new Step.UnmapHost(RANGE, leave),
        seat(new Unsharing.AtReentry(HostUnmapping.BEFORE_EXIT, WhenHeld.ASK_AGAIN))
            .onCall(VCPU, Hvc.unshare(PAGE)));
    assertEquals(
        new Step.Withhold(RANGE, Withheld.FROM_EVERYONE, new TakenBack(RANGE), leave),
        AT_LAST_DROP.onCall(VCPU, Hvc.unshare(PAGE)));
    assertEquals(
        new Step.Flip(RANGE, Shareability.PRIVATE, UNSHARE),
        AT_CALL.onCall(VCPU, Hvc.unshare(PAGE)));
  }

  @Test
  void withoutTheExitEnabledOnlyTheDesignWithoutOneGoesOn() {
    assertEquals(REFUSED, ASK_AGAIN.onCall(NOT_ENABLED, Hvc.unshare(PAGE)));
    assertEquals(REFUSED, AT_LAST_DROP.onCall(NOT_ENABLED, Hvc.unshare(PAGE)));
    assertInstanceOf(Step.Flip.class, AT_CALL.onCall(NOT_ENABLED, Hvc.unshare(PAGE)));
  }

  @Test
  void zeroAndSilenceGoOn() {
    assertEquals(toPrivate(UNSHARE), ASK_AGAIN.onReentry(VCPU, UNSHARE, Reply.Answer.DONE));
    assertEquals(toPrivate(UNSHARE), ASK_AGAIN.onReentry(VCPU, UNSHARE, Reply.RESUME));
    assertEquals(SUCCESS, AT_LAST_DROP.onReentry(VCPU, UNSHARE, Reply.Answer.DONE));
  }

  @Test
  void refusalsAreToldWithoutAnAttempt() {
    assertEquals(REFUSED, ASK_AGAIN.onReentry(VCPU, UNSHARE, Reply.Answer.REFUSE));
    assertEquals(REFUSED, ASK_AGAIN.onReentry(VCPU, UNSHARE, Reply.Answer.RETRY));
  }

  @Test
  void aRefusalOfWhatIsWithheldFromEveryoneGivesItBackFirst() {
    Waiting cancelled = new Waiting.InCancelledUnshare(CALL);

    assertEquals(
        new Step.Convert(RANGE, Shareability.SHARED, cancelled),
        AT_LAST_DROP.onReentry(VCPU, UNSHARE, Reply.Answer.REFUSE));

    ConversionOutcome already = new ConversionOutcome.AlreadyThere(Shareability.SHARED);
    ConversionOutcome tooLate = new ConversionOutcome.Rejected(Errno.EBUSY, "it is the guest's");
    assertEquals(REFUSED, AT_LAST_DROP.onConverted(VCPU, cancelled, already));
    assertEquals(SUCCESS, AT_LAST_DROP.onConverted(VCPU, cancelled, tooLate));
  }

  @Test
  void nonsenseFailsTheRunAndKeepsTheQuestion() {
    for (Reply nonsense : List.of(new Reply.Answer(-22), new Reply.Data((byte) 0))) {
      Step.Fail fail =
          assertInstanceOf(Step.Fail.class, ASK_AGAIN.onReentry(VCPU, UNSHARE, nonsense));
      assertEquals(Errno.EINVAL, fail.errno());
      assertEquals(UNSHARE, fail.pending());
    }
  }

  @ParameterizedTest
  @EnumSource
  void whateverTheRuleAConversionThatWentWellCompletesTheCall(WhenHeld rule) {
    ConversionOutcome already = new ConversionOutcome.AlreadyThere(Shareability.PRIVATE);

    assertEquals(SUCCESS, gated(rule).onConverted(VCPU, UNSHARE, CONVERTED));
    assertEquals(SUCCESS, gated(rule).onConverted(VCPU, UNSHARE, already));
    assertEquals(Step.RESUME, gated(rule).onConverted(VCPU, TOUCH, CONVERTED));
  }

  @Test
  void aHeldPageLeadsToWhatTheRuleSays() {
    Step withheld = new Step.Withhold(RANGE, Withheld.FROM_GUEST, new TakenBack(RANGE), SUCCESS);

    assertEquals(new Step.Leave(ASKED_AGAIN, UNSHARE), ASK_AGAIN.onConverted(VCPU, UNSHARE, HELD));
    assertEquals(REFUSED, gated(WhenHeld.REFUSE).onConverted(VCPU, UNSHARE, HELD));
    assertEquals(withheld, gated(WhenHeld.RUN_ON).onConverted(VCPU, UNSHARE, HELD));
    assertEquals(withheld, gated(WhenHeld.CLAIM_SUCCESS).onConverted(VCPU, UNSHARE, HELD));
  }

  @Test
  void anOvertakenRequestFailsAndAnOvertakenTouchIsRepeated() {
    assertEquals(REFUSED, ASK_AGAIN.onConverted(VCPU, UNSHARE, OVERTAKEN));
    assertEquals(Step.RESUME, gated(WhenHeld.RUN_ON).onConverted(VCPU, TOUCH, OVERTAKEN));
  }

  @Test
  void aTouchThatCanNeverBeServedFailsTheRun() {
    ConversionOutcome gone = new ConversionOutcome.Rejected(Errno.EFAULT, "no guest memory");

    Step.Fail fail =
        assertInstanceOf(Step.Fail.class, gated(WhenHeld.RUN_ON).onConverted(VCPU, TOUCH, gone));

    assertEquals(Errno.EFAULT, fail.errno());
    assertEquals(Pending.NONE, fail.pending());
  }

  @Test
  void withoutMemoryTheRunFailsAndTheNextTriesAgain() {
    ConversionOutcome exhausted = new ConversionOutcome.OutOfMemory(new ByteOffset(0x3000));

    Step.Fail fail =
        assertInstanceOf(Step.Fail.class, ASK_AGAIN.onConverted(VCPU, SHARE, exhausted));

    assertEquals(Errno.ENOMEM, fail.errno());
    assertEquals(
        new Step.Convert(RANGE, Shareability.SHARED, SHARE),
        ASK_AGAIN.onReentry(VCPU, fail.pending(), Reply.RESUME));
  }

  @Test
  void aTouchOfAWithheldPageIsTriedOrShown() {
    GuestFault fault = GuestFault.withheld(new Gfn(3), new TakenBack(RANGE));
    Step shown = new Step.Leave(fault.toExit(), Pending.NONE);

    assertEquals(toPrivate(TOUCH), gated(WhenHeld.RUN_ON).onFault(VCPU, fault));
    assertEquals(shown, gated(WhenHeld.CLAIM_SUCCESS).onFault(VCPU, fault));
    assertEquals(shown, AT_LAST_DROP.onFault(VCPU, fault));
    assertEquals(
        new Step.Leave(ASKED_AGAIN, TOUCH), gated(WhenHeld.RUN_ON).onConverted(VCPU, TOUCH, HELD));
  }

  @Test
  void aPageThatEl2DeniesIsABareError() {
    GuestFault fault = GuestFault.of(new Gfn(3), Shareability.PRIVATE, GuestFault.Cause.PLATFORM);

    Step.Fail fail = assertInstanceOf(Step.Fail.class, ASK_AGAIN.onFault(VCPU, fault));

    assertEquals(Errno.EFAULT, fail.errno());
    assertEquals(Pending.NONE, fail.pending());
  }

  @Test
  void aBrokenPageIsAMemoryFaultWithItsOwnErrno() {
    GuestFault fault = GuestFault.of(new Gfn(3), Shareability.PRIVATE, GuestFault.Cause.POISONED);

    Step.Leave leave = assertInstanceOf(Step.Leave.class, ASK_AGAIN.onFault(VCPU, fault));

    assertEquals(Errno.EHWPOISON, assertInstanceOf(Exit.MemoryFault.class, leave.exit()).errno());
  }

  @Test
  void aRangeIsOneRequest() {
    KvmSeat android =
        new PkvmKvmSeat(
            new Unsharing.AtReentry(HostUnmapping.AT_REENTRY, WhenHeld.ASK_AGAIN),
            HvcProfile.ANDROID);

    Step.Leave leave =
        assertInstanceOf(Step.Leave.class, android.onCall(VCPU, Hvc.unshare(PAGE, 5)));

    assertEquals(new Exit.Unshare(GpaRange.of(0x3000, 0x5000)), leave.exit());
    assertEquals(
        new Step.Return(HvcResult.successOf(5)),
        android.onConverted(VCPU, leave.pending(), CONVERTED));
  }

  private record SomebodyElsesCall() implements GuestCall {}

  @Test
  void whatIsNotItsOwnIsNotSupported() {
    assertEquals(
        new Step.Return(HvcResult.NOT_SUPPORTED), ASK_AGAIN.onCall(VCPU, new SomebodyElsesCall()));
    assertEquals(new Step.Return(HostCalls.FEATURES), ASK_AGAIN.onCall(VCPU, Hvc.features()));
  }
}
