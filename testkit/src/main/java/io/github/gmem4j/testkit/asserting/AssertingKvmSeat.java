package io.github.gmem4j.testkit.asserting;

import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.policy.GuestFault;
import io.github.gmem4j.api.policy.KvmSeat;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.VcpuView;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.testkit.rule.Answers;
import io.github.gmem4j.testkit.rule.Rule;
import io.github.gmem4j.testkit.rule.RuleBroken;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A KVM seat whose answers, and whose caller, are checked. */
final class AssertingKvmSeat implements KvmSeat {
  private final KvmSeat seat;
  private final Map<Integer, Step> lastSteps = new ConcurrentHashMap<>();

  AssertingKvmSeat(KvmSeat seat) {
    this.seat = seat;
  }

  @Override
  public Step onCall(VcpuView vcpu, GuestCall call) {
    return decided(
        vcpu, Answers.ofPolicy("onCall(" + call + ")", () -> seat.onCall(vcpu, call)), false);
  }

  @Override
  public Step onReentry(VcpuView vcpu, Pending pending, Reply reply) {
    RuleBroken.unless(
        Steps.asksSeat(pending) && Steps.asksAtReentry(lastSteps.get(vcpu.id()), pending),
        Rule.K8,
        "onReentry of vCPU " + vcpu.id() + " with " + pending + " after " + last(vcpu));
    String method = "onReentry(" + pending + ", " + reply + ")";
    return decided(
        vcpu, Answers.ofPolicy(method, () -> seat.onReentry(vcpu, pending, reply)), false);
  }

  @Override
  public Step onFault(VcpuView vcpu, GuestFault fault) {
    return decided(
        vcpu, Answers.ofPolicy("onFault(" + fault + ")", () -> seat.onFault(vcpu, fault)), true);
  }

  @Override
  public Step onConverted(VcpuView vcpu, Pending pending, ConversionOutcome outcome) {
    RuleBroken.unless(
        Steps.asksForOutcome(lastSteps.get(vcpu.id()), pending),
        Rule.K9,
        "onConverted of vCPU " + vcpu.id() + " with " + pending + " after " + last(vcpu));
    String method = "onConverted(" + pending + ", " + outcome + ")";
    return decided(
        vcpu, Answers.ofPolicy(method, () -> seat.onConverted(vcpu, pending, outcome)), false);
  }

  private Step decided(VcpuView vcpu, Step step, boolean ofFault) {
    lastSteps.put(vcpu.id(), step);
    for (Step last : Steps.lastOf(step)) {
      if (last instanceof Step.Leave leave) {
        boolean enabled =
            switch (leave.exit()) {
              case Exit.MapGpaRange map -> vcpu.mapGpaExits();
              case Exit.Unshare unshare -> vcpu.unshareExits();
              default -> true;
            };
        RuleBroken.unless(enabled, Rule.K4, leave + " of " + vcpu);
      }
      RuleBroken.unless(
          !ofFault || !(last instanceof Step.Return), Rule.K5, "onFault answered " + step);
    }
    return step;
  }

  private String last(VcpuView vcpu) {
    Step step = lastSteps.get(vcpu.id());
    return step == null ? "nothing" : step.toString();
  }
}
