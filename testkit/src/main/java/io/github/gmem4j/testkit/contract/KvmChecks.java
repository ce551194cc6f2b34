package io.github.gmem4j.testkit.contract;

import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.policy.GuestFault.Cause;
import io.github.gmem4j.api.policy.KvmSeat;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.PolicyTraits.Converter;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.VcpuView;
import io.github.gmem4j.api.policy.Wish;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.testkit.asserting.Steps;
import io.github.gmem4j.testkit.rule.Rule;
import io.github.gmem4j.testkit.rule.RuleBroken;
import io.github.gmem4j.testkit.value.GuestFaults;
import io.github.gmem4j.testkit.value.Replies;
import io.github.gmem4j.testkit.value.VcpuViews;
import io.github.gmem4j.testkit.world.GuestWorld;
import java.util.List;
import java.util.Set;

/** The checks of the KVM seat: K1 to K7. */
final class KvmChecks {
  /** A call that no policy knows. */
  private record ForeignCall(int number) implements GuestCall {}

  private static final int A_FEW = 64;

  private static final Set<Cause> BEYOND_HELP =
      Set.of(Cause.NO_GUEST_MEMORY, Cause.CLOSED, Cause.POISONED);

  private KvmChecks() {}

  /** Returns the exits with which a step can leave. */
  static List<Exit> exitsOf(Step step) {
    return Steps.lastOf(step).stream()
        .filter(Step.Leave.class::isInstance)
        .map(last -> ((Step.Leave) last).exit())
        .toList();
  }

  static void anUnknownCallReturns(PolicyUnderTest subject) {
    KvmSeat seat = new RecordingPolicy(subject.policy()).kvm();
    for (VcpuView view : VcpuViews.ofEachKind(0)) {
      Step step = seat.onCall(view, new ForeignCall(1));
      RuleBroken.unless(step instanceof Step.Return, Rule.K1, "answered " + step);
    }
  }

  static void everyReplyIsAnswered(PolicyUnderTest subject) {
    Examination examined = Examination.of(subject);
    KvmSeat seat = examined.recording().kvm();
    for (KvmExploration.Decision decision : examined.kvmAsSetUp().decisions()) {
      for (Step last : Steps.lastOf(decision.step())) {
        if (last instanceof Step.Leave leave && Steps.asksSeat(leave.pending())) {
          Step done = seat.onReentry(decision.view(), leave.pending(), Reply.Answer.DONE);
          Step step = seat.onReentry(decision.view(), leave.pending(), new Reply.Data((byte) 0));
          RuleBroken.unless(
              !step.equals(done), Rule.K2, () -> "takes data for done: " + leave + ", " + step);
        }
      }
    }
  }

  static void aFailedReentryKeepsTheCall(PolicyUnderTest subject) {
    Examination examined = Examination.of(subject);
    KvmSeat seat = examined.recording().kvm();
    for (KvmExploration.Decision decision : examined.kvm().decisions()) {
      for (Step last : Steps.lastOf(decision.step())) {
        if (last instanceof Step.Leave leave && Steps.asksSeat(leave.pending())) {
          for (Reply reply : Replies.ofEachKind()) {
            answersAgain(seat, decision.view(), leave.pending(), reply);
          }
        }
      }
    }
  }

  private static void answersAgain(KvmSeat seat, VcpuView view, Pending pending, Reply nonsense) {
    if (!(seat.onReentry(view, pending, nonsense) instanceof Step.Fail fail)
        || fail.pending() instanceof Pending.Forgotten) {
      return;
    }
    RuleBroken.unless(
        !fail.pending().equals(Pending.NONE), Rule.K3, pending + " is lost after " + nonsense);
    for (Reply reply : Replies.ofEachKind()) {
      Step now = seat.onReentry(view, fail.pending(), reply);
      Step otherwise = seat.onReentry(view, pending, reply);
      RuleBroken.unless(
          Steps.withoutMemory(now).equals(Steps.withoutMemory(otherwise)),
          Rule.K3,
          reply + " after " + nonsense + " gives " + now + ", without it " + otherwise);
    }
  }

  static void onlyEnabledExits(PolicyUnderTest subject) {
    for (KvmExploration.Decision decision : Examination.of(subject).kvm().all()) {
      for (Exit exit : exitsOf(decision.step())) {
        boolean enabled =
            switch (exit) {
              case Exit.MapGpaRange map -> decision.view().mapGpaExits();
              case Exit.Unshare unshare -> decision.view().unshareExits();
              default -> true;
            };
        RuleBroken.unless(enabled, Rule.K4, decision);
      }
    }
  }

  static void aFaultCompletesNoCall(PolicyUnderTest subject) {
    for (KvmExploration.Decision decision : Examination.of(subject).kvm().decisionsOfFaults()) {
      RuleBroken.unless(
          Steps.lastOf(decision.step()).stream().noneMatch(Step.Return.class::isInstance),
          Rule.K5,
          decision);
    }
  }

  static void whatCannotBeServedLeaves(PolicyUnderTest subject) {
    KvmSeat seat = new RecordingPolicy(subject.policy()).kvm();
    for (VcpuView view : VcpuViews.ofEachKind(0)) {
      GuestFaults.ofEachCause(GuestWorld.gfn(0)).stream()
          .filter(fault -> BEYOND_HELP.contains(fault.cause()))
          .forEach(fault -> {
            Step step = seat.onFault(view, fault);
            RuleBroken.unless(
                Steps.lastOf(step).stream().noneMatch(Step.Resume.class::isInstance),
                Rule.K6,
                fault + " answered with " + step);
          });
    }
  }

  static void aFulfilledCallReturns(PolicyUnderTest subject) {
    Examination examined = Examination.of(subject);
    for (GuestCall call : examined.calls()) {
      RecordingPolicy policy = examined.recording();
      Step step = policy.kvm().onCall(examined.viewAsSetUp(), call);
      if (step instanceof Step.Fail) {
        // The guest's way to give itself up.
        continue;
      }
      int steps = 0;
      while (!ends(step)) {
        RuleBroken.unless(
            steps++ < subject.pagesOfLongRequest() + A_FEW,
            Rule.K7,
            call + " does not return; now " + step);
        step = fulfilled(policy, examined.viewAsSetUp(), step);
      }
    }
  }

  private static boolean ends(Step step) {
    return switch (Steps.lastOf(step).getFirst()) {
      case Step.Return back -> true;
      case Step.Resume resume -> true;
      case Step.Leave leave -> !Steps.asksSeat(leave.pending());
      default -> false;
    };
  }

  /** Goes on after the first of the steps that a step can end with. */
  private static Step fulfilled(RecordingPolicy policy, VcpuView view, Step step) {
    return switch (Steps.lastOf(step).getFirst()) {
      case Step.Leave leave ->
          policy
              .kvm()
              .onReentry(
                  view, leave.pending(), asHandedOn(leave.exit(), goodReply(policy, leave.exit())));
      case Step.Convert convert ->
          policy
              .kvm()
              .onConverted(
                  view, convert.pending(), new ConversionOutcome.Converted(convert.target()));
      case Step.Flip flip ->
          policy
              .kvm()
              .onConverted(view, flip.pending(), new ConversionOutcome.Converted(flip.target()));
      case Step other ->
          throw new RuleBroken(Rule.K7, "a call that is always fulfilled came to " + other);
    };
  }

  /** Returns what this policy's VMM says when all is well. */
  static Reply goodReply(RecordingPolicy policy, Exit exit) {
    return policy.vmm().wish(exit) instanceof Wish.Convert wish
        ? policy.vmm().reply(wish, success(wish))
        : Reply.RESUME;
  }

  /** Returns a reply as the engine hands it on: an exit with a return value begins with 0. */
  static Reply asHandedOn(Exit exit, Reply reply) {
    boolean answerable = exit instanceof Exit.MapGpaRange || exit instanceof Exit.Unshare;
    return answerable && reply.equals(Reply.RESUME) ? Reply.Answer.DONE : reply;
  }

  /** Returns the settlement of a wish when all is well. */
  static Settlement success(Wish.Convert wish) {
    return wish.by() == Converter.KVM ? Settlement.READY : Settlement.FULFILLED;
  }
}
