package io.github.gmem4j.testkit.contract;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.RetryRule;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.VmmSeat;
import io.github.gmem4j.api.policy.Wish;
import io.github.gmem4j.api.policy.Wish.Origin;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.testkit.asserting.Steps;
import io.github.gmem4j.testkit.rule.Rule;
import io.github.gmem4j.testkit.rule.RuleBroken;
import io.github.gmem4j.testkit.value.Exits;
import io.github.gmem4j.testkit.value.Settlements;
import java.time.Duration;

/** The checks of the VMM seat: V1 to V6. */
final class VmmChecks {
  private VmmChecks() {}

  static void everyExitIsRead(PolicyUnderTest subject) {
    VmmSeat vmm = new RecordingPolicy(subject.policy()).vmm();
    for (Exit exit : Exits.aboutOtherThings()) {
      Wish wish = vmm.wish(exit);
      RuleBroken.unless(wish.equals(Wish.NOTHING), Rule.V1, exit + " was read as " + wish);
    }
    Exits.nonsense().forEach(vmm::wish);
  }

  static void aWishAsksForWhatItsExitSays(PolicyUnderTest subject) {
    Examination examined = Examination.of(subject);
    for (Exit exit : examined.exits()) {
      if (examined.recording().vmm().wish(exit) instanceof Wish.Convert wish) {
        boolean same =
            switch (exit) {
              case Exit.MapGpaRange map -> says(wish, map.range(), map.target());
              case Exit.Unshare unshare -> says(wish, unshare.range(), Shareability.PRIVATE);
              case Exit.MemoryFault fault -> says(wish, fault.range(), fault.access());
              default -> true;
            };
        RuleBroken.unless(same, Rule.V2, exit + " was read as " + wish);
      }
    }
  }

  private static boolean says(Wish.Convert wish, GpaRange range, Shareability target) {
    return wish.range().equals(range) && wish.target() == target;
  }

  static void retryRulesEnd(PolicyUnderTest subject) {
    Examination examined = Examination.of(subject);
    for (Wish.Convert wish : examined.wishes()) {
      Duration held = Duration.ZERO;
      RetryRule rule = examined.recording().vmm().retryRule(wish);
      while (rule instanceof RetryRule.Hold hold) {
        held = held.plus(hold.pause().multipliedBy(hold.attempts()));
        rule = hold.then();
      }
      RuleBroken.unless(
          held.compareTo(subject.longestHold()) <= 0,
          Rule.V3,
          wish + " may hold its vCPU for " + held + ", more than " + subject.longestHold());
    }
  }

  static void everySettlementIsPutIntoAReply(PolicyUnderTest subject) {
    Examination examined = Examination.of(subject);
    for (Wish.Convert wish : examined.wishes()) {
      Settlements.ofEachKind(wish)
          .forEach(settlement -> examined.recording().vmm().reply(wish, settlement));
    }
  }

  static void theKvmSeatAcceptsTheReply(PolicyUnderTest subject) {
    Examination examined = Examination.of(subject);
    RecordingPolicy policy = examined.recording();
    for (KvmExploration.Decision decision : examined.kvmAsSetUp().all()) {
      for (Step last : Steps.lastOf(decision.step())) {
        if (last instanceof Step.Leave leave
            && policy.vmm().wish(leave.exit()) instanceof Wish.Convert wish) {
          for (Settlement settlement : Settlements.ofEachKind(wish)) {
            Reply reply = policy.vmm().reply(wish, settlement);
            accepts(policy, decision, leave, KvmChecks.asHandedOn(leave.exit(), reply), settlement);
          }
        }
      }
    }
  }

  private static void accepts(
      RecordingPolicy policy,
      KvmExploration.Decision decision,
      Step.Leave leave,
      Reply reply,
      Settlement settlement) {
    String what = reply + " to " + leave + ", which was settled as " + settlement;
    if (leave.pending().equals(Pending.NONE)) {
      // Then nobody reads a reply, and KVM takes none but this.
      RuleBroken.unless(reply.equals(Reply.RESUME), Rule.V5, what);
    } else {
      Step step = policy.kvm().onReentry(decision.view(), leave.pending(), reply);
      boolean refused = step instanceof Step.Fail fail && fail.errno() == Errno.EINVAL;
      RuleBroken.unless(!refused, Rule.V5, what + ", gives " + step);
    }
  }

  static void doneIsSaidOfWhatIsDone(PolicyUnderTest subject) {
    Judging.needs(subject.saysDoneOnceDone(), "this policy says done before it is done");
    Examination examined = Examination.of(subject);
    VmmSeat vmm = examined.recording().vmm();
    for (Exit exit : examined.exits()) {
      if (vmm.wish(exit) instanceof Wish.Convert wish && wish.origin() == Origin.EXPLICIT) {
        Reply done = KvmChecks.asHandedOn(exit, vmm.reply(wish, KvmChecks.success(wish)));
        for (Settlement settlement : Settlements.withoutSuccess(wish)) {
          boolean nothingThere =
              settlement instanceof Settlement.Unbacked unbacked && unbacked.entirely();
          RuleBroken.unless(
              nothingThere || !KvmChecks.asHandedOn(exit, vmm.reply(wish, settlement)).equals(done),
              Rule.V6,
              settlement + " of " + wish + " is answered with " + done);
        }
      }
    }
  }
}
