package io.github.gmem4j.testkit.asserting;

import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.guest.InstructionResult;
import io.github.gmem4j.api.guest.PlatformInstruction;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.policy.GuestMove;
import io.github.gmem4j.api.policy.GuestProgress;
import io.github.gmem4j.api.policy.Substitute;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.testkit.rule.Answers;
import io.github.gmem4j.testkit.rule.Rule;
import io.github.gmem4j.testkit.rule.RuleBroken;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A guest kernel whose moves, and whose caller, are checked. */
final class AssertingGuestKernel implements GuestKernel {
  private final GuestKernel guest;
  private final Set<GuestProgress> calling = ConcurrentHashMap.newKeySet();
  private final Set<GuestProgress> executing = ConcurrentHashMap.newKeySet();

  AssertingGuestKernel(GuestKernel guest) {
    this.guest = guest;
  }

  @Override
  public GuestMove begin(GpaRange range, Shareability target) {
    return moved(
        Answers.ofPolicy("begin(" + range + ", " + target + ")", () -> guest.begin(range, target)));
  }

  @Override
  public GuestMove afterCall(GuestProgress progress, GuestResult result) {
    RuleBroken.unless(
        calling.contains(progress), Rule.G4, "afterCall(" + progress + "), calling " + calling);
    return moved(
        Answers.ofPolicy(
            "afterCall(" + progress + ", " + result + ")",
            () -> guest.afterCall(progress, result)));
  }

  @Override
  public GuestMove afterInstruction(GuestProgress progress, InstructionResult result) {
    RuleBroken.unless(
        executing.contains(progress),
        Rule.G4,
        "afterInstruction(" + progress + "), executing " + executing);
    return moved(
        Answers.ofPolicy(
            "afterInstruction(" + progress + ", " + result + ")",
            () -> guest.afterInstruction(progress, result)));
  }

  @Override
  public Optional<PlatformInstruction> acceptance(Gpa page) {
    return Answers.ofPolicy("acceptance(" + page + ")", () -> guest.acceptance(page));
  }

  @Override
  public Optional<Substitute> substitute(PlatformInstruction instruction) {
    return Answers.ofPolicy("substitute(" + instruction + ")", () -> guest.substitute(instruction));
  }

  private GuestMove moved(GuestMove move) {
    switch (move) {
      case GuestMove.Call call -> calling.add(call.progress());
      case GuestMove.Execute execute -> executing.add(execute.progress());
      case GuestMove.Done done -> {}
      case GuestMove.GiveUp giveUp -> {}
      case GuestMove.Halt halt -> {}
    }
    return move;
  }
}
