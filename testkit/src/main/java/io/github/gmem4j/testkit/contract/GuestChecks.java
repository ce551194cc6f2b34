package io.github.gmem4j.testkit.contract;

import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.policy.GuestMove;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.Substitute;
import io.github.gmem4j.testkit.asserting.Steps;
import io.github.gmem4j.testkit.rule.Rule;
import io.github.gmem4j.testkit.rule.RuleBroken;
import io.github.gmem4j.testkit.world.GuestWorld;
import java.util.LinkedHashSet;
import java.util.Set;

/** The checks of the guest's kernel by itself: G1, G2. */
final class GuestChecks {
  private static final int MOST_MOVES = 50_000;

  private GuestChecks() {}

  static void everyRangeHasAFirstMove(PolicyUnderTest subject) {
    Judging.needs(subject.requestsExplicitly(), "this policy's guests ask for nothing");
    GuestKernel guest = new RecordingPolicy(subject.policy()).guest();
    for (Shareability target : Shareability.values()) {
      for (long count = 1; count <= subject.pagesOfLongRequest(); count *= 2) {
        GuestMove move = guest.begin(GuestWorld.gpas(1, count), target);
        RuleBroken.unless(
            move instanceof GuestMove.Call || move instanceof GuestMove.Execute,
            Rule.G1,
            count + " pages to " + target + ": " + move);
      }
    }
  }

  /** Whatever a call returns, if it returns that each time, the guest comes to an end. */
  static void constantAnswersEnd(PolicyUnderTest subject) {
    Judging.needs(subject.guestGivesUp(), "this policy's guests ask for ever");
    Examination examined = Examination.of(subject);
    Set<GuestResult> results = new LinkedHashSet<>(examined.recording().callResults());
    for (KvmExploration.Decision decision : examined.kvmAsSetUp().decisions()) {
      for (Step last : Steps.lastOf(decision.step())) {
        if (last instanceof Step.Return back) {
          results.add(back.result());
        }
      }
    }
    for (GuestResult result : results) {
      for (Shareability target : Shareability.values()) {
        ends(examined.recording().guest(), target, result);
      }
    }
  }

  private static void ends(GuestKernel guest, Shareability target, GuestResult result) {
    GuestMove move = guest.begin(GuestWorld.gpas(1, 2), target);
    for (int moves = 0; moves < MOST_MOVES; moves++) {
      switch (move) {
        case GuestMove.Call call -> move = guest.afterCall(call.progress(), result);
        case GuestMove.Execute execute -> move = executed(guest, execute);
        case GuestMove.Done done -> {
          return;
        }
        case GuestMove.GiveUp giveUp -> {
          return;
        }
        case GuestMove.Halt halt -> {
          return;
        }
      }
    }
    throw new RuleBroken(Rule.G2, "still at it after " + result + " each time: " + move);
  }

  /** What does duty for an instruction answers it; the guest waits where nothing does. */
  private static GuestMove executed(GuestKernel guest, GuestMove.Execute execute) {
    return guest
        .substitute(execute.instruction())
        .map(duty ->
            switch (duty) {
              case Substitute.Answer answer -> answer.result();
              case Substitute.Clear clear -> clear.result();
            })
        .map(result -> guest.afterInstruction(execute.progress(), result))
        .orElse(GuestMove.HALT);
  }
}
