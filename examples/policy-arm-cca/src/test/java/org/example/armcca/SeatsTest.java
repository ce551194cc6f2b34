package org.example.armcca;

import static io.github.gmem4j.api.memory.Shareability.PRIVATE;
import static io.github.gmem4j.api.memory.Shareability.SHARED;
import static org.example.armcca.RsiCall.CHANGE_DESTROYED;
import static org.example.armcca.TestRealm.EMPTY;
import static org.example.armcca.TestRealm.RAM;
import static org.example.armcca.TestRealm.accepted;
import static org.example.armcca.TestRealm.gpa;
import static org.example.armcca.TestRealm.gpas;
import static org.example.armcca.TestRealm.rejected;
import static org.example.armcca.TestRealm.set;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.guest.InstructionResult;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.policy.GuestFault;
import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.policy.GuestMove;
import io.github.gmem4j.api.policy.GuestProgress;
import io.github.gmem4j.api.policy.KvmSeat;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.PolicyTraits;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.VcpuView;
import io.github.gmem4j.api.policy.VmmSeat;
import io.github.gmem4j.api.policy.Wish;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.core.InstalledPolicies;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The seats and the Realm's kernel as what they are: functions of values. */
class SeatsTest {
  private static final VcpuView VCPU = new VcpuView(0, false, false, false);
  private static final RsiCall TO_RAM = set(0, 4, RAM, CHANGE_DESTROYED);
  private static final GuestFault FAULT =
      GuestFault.of(gpa(1).gfn(), PRIVATE, GuestFault.Cause.MISMATCH);

  private final ArmCcaPolicy policy = new ArmCcaPolicy();
  private final KvmSeat kvm = policy.kvm();
  private final VmmSeat vmm = policy.vmm();
  private final GuestKernel linux = policy.guest();

  private Pending pendingOf(Step step) {
    return assertInstanceOf(Step.Leave.class, step).pending();
  }

  private GuestMove afterFirstCall(GuestResult result) {
    var first = assertInstanceOf(GuestMove.Call.class, linux.begin(gpas(0, 4), PRIVATE));
    return linux.afterCall(first.progress(), result);
  }

  @Test
  void classPathIsAllItTakesToBeInstalled() {
    PolicyTraits traits =
        InstalledPolicies.find(getClass().getClassLoader()).named("arm-cca").traits();

    assertEquals(policy.traits(), traits);
    assertEquals(PolicyTraits.Converter.VMM, traits.converter());
  }

  @Test
  void kvmComparesFirstAndAsksAgainIfMemoryDisagrees() {
    Step asked = kvm.onCall(VCPU, TO_RAM);

    var compare =
        assertInstanceOf(Step.Compare.class, kvm.onReentry(VCPU, pendingOf(asked), Reply.RESUME));

    assertEquals(gpas(0, 4), compare.range());
    assertEquals(PRIVATE, compare.state());
    assertEquals(new Step.Return(accepted(4)), compare.then());
    assertEquals(asked, compare.otherwise());
  }

  @Test
  void anyOtherReplyEntersWithoutApplyingAnything() {
    Pending pending = pendingOf(kvm.onCall(VCPU, TO_RAM));
    for (Reply reply :
        new Reply[] {Reply.Answer.REFUSE, Reply.Answer.RETRY, new Reply.Data((byte) 0)}) {
      assertEquals(new Step.Return(rejected(0)), kvm.onReentry(VCPU, pending, reply));
    }
  }

  @Test
  void kvmDoesNotKnowOtherCalls() {
    Step unknown = new Step.Return(new RsiCall.Result(-1, 0, 0));

    assertEquals(unknown, kvm.onCall(VCPU, new RsiCall(RsiCall.GET, 0, 4096, 0, 0)));
    assertEquals(unknown, kvm.onCall(VCPU, new GuestCall() {}));
  }

  @Test
  void accessIsTriedAgainOrFails() {
    Pending pending = pendingOf(kvm.onFault(VCPU, FAULT));

    assertEquals(Step.RESUME, kvm.onReentry(VCPU, pending, Reply.Answer.DONE));
    var refused =
        assertInstanceOf(Step.Leave.class, kvm.onReentry(VCPU, pending, Reply.Answer.REFUSE));
    assertEquals(Errno.EFAULT, assertInstanceOf(Exit.Failed.class, refused.exit()).errno());
    assertEquals(Pending.NONE, refused.pending());
  }

  @Test
  void vmmConvertsWhatAMemoryFaultNamesAndNothingElse() {
    Exit asked = assertInstanceOf(Step.Leave.class, kvm.onCall(VCPU, TO_RAM)).exit();

    assertEquals(new Wish.Convert(gpas(0, 4), PRIVATE, Wish.Origin.EXPLICIT), vmm.wish(asked));
    assertEquals(Wish.NOTHING, vmm.wish(new Exit.Halt()));
    assertEquals(
        Wish.NOTHING,
        vmm.wish(
            new Exit.MemoryFault(
                gpa(0), ByteCount.PAGE, PRIVATE, Errno.EHWPOISON, Optional.empty())));
  }

  @Test
  void vmmAgreesToWhatIsDoneAndToNothingWhereNothingIs() {
    Wish.Convert taking = new Wish.Convert(gpas(0, 4), PRIVATE, Wish.Origin.EXPLICIT);
    Wish.Convert giving = new Wish.Convert(gpas(0, 4), SHARED, Wish.Origin.EXPLICIT);

    assertEquals(Reply.Answer.DONE, vmm.reply(taking, Settlement.FULFILLED));
    assertEquals(Reply.Answer.DONE, vmm.reply(giving, new Settlement.Unbacked(true)));
    assertEquals(Reply.Answer.REFUSE, vmm.reply(giving, new Settlement.Unbacked(false)));
    assertEquals(Reply.Answer.REFUSE, vmm.reply(taking, new Settlement.Unbacked(true)));
    assertEquals(Reply.Answer.REFUSE, vmm.reply(taking, new Settlement.Refused("nic", "busy")));
  }

  @Test
  void linuxAsksForRamAndEmptyWithConsent() {
    var taking = assertInstanceOf(GuestMove.Call.class, linux.begin(gpas(0, 4), PRIVATE));
    var giving = assertInstanceOf(GuestMove.Call.class, linux.begin(gpas(0, 4), SHARED));

    assertEquals(TO_RAM, taking.call());
    assertEquals(set(0, 4, EMPTY, CHANGE_DESTROYED), giving.call());
  }

  @Test
  void linuxGoesOnFromWhereTheAnswerStopped() {
    var next = assertInstanceOf(GuestMove.Call.class, afterFirstCall(accepted(3)));

    assertEquals(set(3, 1, RAM, CHANGE_DESTROYED), next.call());
    assertEquals(GuestMove.DONE, linux.afterCall(next.progress(), accepted(4)));
  }

  @Test
  void linuxGivesUpAtARejectionAnErrorAndAnAnswerBesideTheRange() {
    for (GuestResult result :
        new GuestResult[] {
          rejected(3), new RsiCall.Result(1, 0, 0), accepted(5), accepted(-1), new GuestResult() {}
        }) {
      assertInstanceOf(GuestMove.GiveUp.class, afterFirstCall(result));
    }
    assertInstanceOf(
        GuestMove.GiveUp.class,
        linux.afterInstruction(new GuestProgress() {}, new InstructionResult() {}));
  }

  @Test
  void n48_progressForgivesEarlierStalls() {
    GuestMove move = afterFirstCall(accepted(0));
    for (int stall = 1; stall < LinuxRealm.MAX_STALLS; stall++) {
      move = again(move, 0);
    }
    move = again(move, 1);
    for (int stall = 0; stall < LinuxRealm.MAX_STALLS; stall++) {
      move = again(move, 1);
    }
    var last = assertInstanceOf(GuestMove.Call.class, move);
    assertInstanceOf(GuestMove.GiveUp.class, linux.afterCall(last.progress(), accepted(1)));
    assertTrue(linux.afterCall(last.progress(), accepted(4)) instanceof GuestMove.Done);
  }

  private GuestMove again(GuestMove move, long next) {
    return linux.afterCall(assertInstanceOf(GuestMove.Call.class, move).progress(), accepted(next));
  }
}
