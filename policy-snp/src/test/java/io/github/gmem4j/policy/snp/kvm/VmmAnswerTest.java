package io.github.gmem4j.policy.snp.kvm;

import static io.github.gmem4j.policy.snp.kvm.PscCall.VCPU;
import static io.github.gmem4j.policy.snp.kvm.PscCall.privateExit;
import static io.github.gmem4j.policy.snp.kvm.PscCall.sharedExit;
import static io.github.gmem4j.policy.snp.kvm.PscCall.toPrivate;
import static io.github.gmem4j.policy.snp.kvm.PscCall.toShared;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.GuestFault;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.policy.snp.ghcb.ExitInfo;
import io.github.gmem4j.policy.snp.ghcb.GhcbMsr;
import io.github.gmem4j.policy.snp.ghcb.PscOperation;
import io.github.gmem4j.policy.snp.ghcb.VmgExit;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Edge cases 20 to 22: what KVM makes of the VMM's answer. Source: Linux 7.3 {@code
 * snp_complete_one_psc} and {@code snp_complete_psc_msr} of {@code arch/x86/kvm/svm/sev.c}, {@code
 * kvm_is_valid_map_gpa_range_ret} of {@code arch/x86/kvm/x86.h}.
 */
final class VmmAnswerTest {
  private static final GhcbMsr REQUEST = GhcbMsr.pageStateChange(new Gfn(1), PscOperation.SHARED);

  private final SnpKvmSeat seat = new SnpKvmSeat(SevGuest.SNP, GhcbMemory.ELSEWHERE);

  @ParameterizedTest
  @ValueSource(longs = {11, 22})
  void c20_eagainAndEinvalAreTheSameToTheGuest(long ret) {
    PscCall event = PscCall.of(toShared(1)).answer(ret);
    PscCall msr = new PscCall(new VmgExit.Msr(REQUEST)).answer(ret);

    assertEquals(ExitInfo.FAILED, event.info());
    assertEquals(0, event.currentEntry());
    assertEquals(GhcbMsr.FAILED, msr.response());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, -1, 12, -11, -22, Long.MIN_VALUE})
  void c21_anyOtherAnswerFailsTheRunAndTheNextFindsAStaleBatch(long ret) {
    PscCall call = PscCall.of(toShared(1), toShared(9)).answer(0).answer(ret);

    assertEquals(Errno.EINVAL, assertInstanceOf(Step.Fail.class, call.step()).errno());
    assertEquals(ExitInfo.FAILED, call.runAgain().info());
    assertEquals(1, call.currentEntry());
  }

  @Test
  void c21_anMsrRequestThatWasNeverAnsweredIsWhatTheGuestFinds() {
    PscCall call = new PscCall(new VmgExit.Msr(REQUEST)).answer(1);

    assertEquals(Errno.EINVAL, assertInstanceOf(Step.Fail.class, call.step()).errno());
    assertEquals(REQUEST, call.runAgain().response());
  }

  @Test
  void c22_theFirstBatchStaysWhenTheSecondFails() {
    PscCall call =
        PscCall.of(toPrivate(1), toPrivate(2), toPrivate(8), toPrivate(9)).answer(0).answer(22);

    assertEquals(List.of(privateExit(1, 2), privateExit(8, 2)), call.exits());
    assertEquals(ExitInfo.FAILED, call.info());
    assertEquals(2, call.currentEntry());
    assertEquals(1, call.currentPage(1));
    assertEquals(0, call.currentPage(2));
  }

  @Test
  void theGuestMayAskForTheRestOfARequestThatFailed() {
    PscCall failed = PscCall.of(toShared(1), toShared(9)).answer(0).answer(22);

    PscCall again = new PscCall(PscCall.event(failed.result().buffer())).finish();

    assertEquals(List.of(sharedExit(9, 1)), again.exits());
    assertEquals(ExitInfo.NONE, again.info());
  }

  @Test
  void aReplyThatIsNoAnswerFailsTheRun() {
    Step.Leave event = assertInstanceOf(Step.Leave.class, PscCall.of(toShared(1)).step());
    Step.Leave msr =
        assertInstanceOf(Step.Leave.class, new PscCall(new VmgExit.Msr(REQUEST)).step());
    Reply data = new Reply.Data((byte) 1);

    assertInstanceOf(Step.Fail.class, seat.onReentry(VCPU, event.pending(), data));
    assertInstanceOf(Step.Fail.class, seat.onReentry(VCPU, msr.pending(), data));
  }

  @Test
  void pendingStateOfNobodyIsNotCompleted() {
    record Foreign() implements Pending {}

    Step.Fail fail =
        assertInstanceOf(Step.Fail.class, seat.onReentry(VCPU, new Foreign(), Reply.Answer.DONE));

    assertEquals(Errno.EINVAL, fail.errno());
    assertEquals(new Foreign(), fail.pending());
  }

  @Test
  void anMsrFunctionThatKvmDoesNotKnowIsLeftAlone() {
    GhcbMsr unknown = new GhcbMsr(0x7F7);

    assertEquals(unknown, new PscCall(new VmgExit.Msr(unknown)).response());
  }

  @ParameterizedTest
  @EnumSource(
      value = GuestFault.Cause.class,
      names = {"MISMATCH", "NO_GUEST_MEMORY", "CLOSED"})
  void accessesThatDoNotMatchLeaveWithAMemoryFault(GuestFault.Cause cause) {
    GuestFault fault = GuestFault.of(new Gfn(4), Shareability.PRIVATE, cause);

    Step.Leave leave = assertInstanceOf(Step.Leave.class, seat.onFault(VCPU, fault));

    Exit.MemoryFault exit = assertInstanceOf(Exit.MemoryFault.class, leave.exit());
    assertEquals(Exit.MemoryFault.FLAG_PRIVATE, exit.flags());
    assertEquals(Errno.EFAULT, exit.errno());
  }

  @Test
  void aPageThatTheRmpRefusesFailsTheRun() {
    GuestFault fault = GuestFault.of(new Gfn(4), Shareability.PRIVATE, GuestFault.Cause.PLATFORM);

    Step.Fail fail = assertInstanceOf(Step.Fail.class, seat.onFault(VCPU, fault));

    assertEquals(Errno.EINVAL, fail.errno());
    assertEquals(Pending.NONE, fail.pending());
  }

  @Test
  void equalArgumentsGiveEqualSteps() {
    assertEquals(
        PscCall.of(toShared(1), toShared(9)).answer(0).step(),
        PscCall.of(toShared(1), toShared(9)).answer(0).step());
  }
}
