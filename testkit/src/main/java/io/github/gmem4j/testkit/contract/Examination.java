package io.github.gmem4j.testkit.contract;

import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.policy.GuestMove;
import io.github.gmem4j.api.policy.VcpuView;
import io.github.gmem4j.api.policy.VmmSeat;
import io.github.gmem4j.api.policy.Wish;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.testkit.rule.Rule;
import io.github.gmem4j.testkit.rule.RuleBroken;
import io.github.gmem4j.testkit.value.Exits;
import io.github.gmem4j.testkit.value.Settlements;
import io.github.gmem4j.testkit.value.VcpuViews;
import io.github.gmem4j.testkit.world.GuestWorld;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A policy that was asked a great many things: what its own guest calls for in a story, and from
 * there every reply, every outcome, every exit and every settlement.
 */
final class Examination {
  private static final Set<Rule> FUNDAMENTAL = Set.of(Rule.P1, Rule.P5, Rule.K2, Rule.V1, Rule.V4);

  private final ConversionPolicy policy;
  private final RecordingPolicy recording;
  private final List<GuestCall> calls;

  private Examination(PolicyUnderTest subject) {
    policy = subject.policy();
    recording = new RecordingPolicy(policy);
    Set<GuestCall> found = new LinkedHashSet<>();
    for (Shareability target : Shareability.values()) {
      for (GpaRange range :
          List.of(
              GuestWorld.gpas(2, 1),
              GuestWorld.gpas(2, 4),
              GuestWorld.gpas(0, subject.pagesOfLongRequest()))) {
        if (recording.guest().begin(range, target) instanceof GuestMove.Call call) {
          found.add(call.call());
        }
      }
    }
    playStory(subject);
    found.addAll(recording.calls());
    calls = List.copyOf(found);
  }

  static Examination of(PolicyUnderTest subject) {
    return new Examination(subject);
  }

  /** The calls that follow from instructions are known only once a guest has run. */
  private void playStory(PolicyUnderTest subject) {
    try {
      Stories.roundTrip(subject, recording);
    } catch (RuleBroken broken) {
      if (FUNDAMENTAL.contains(broken.rule())) {
        throw broken;
      }
      // Others have their own tests; what was asked until then is enough here.
    }
  }

  /** Returns the policy itself. */
  ConversionPolicy policy() {
    return policy;
  }

  /** Returns the policy, answers checked and remembered. */
  RecordingPolicy recording() {
    return recording;
  }

  /** Returns calls that its guests make. */
  List<GuestCall> calls() {
    return calls;
  }

  /** Asks the KVM seat, for vCPUs of each kind. */
  KvmExploration kvm() {
    return KvmExploration.of(recording.kvm(), calls, VcpuViews.ofEachKind(0));
  }

  /** Asks the KVM seat, for one vCPU that looks as the VMM of this policy would set it up. */
  KvmExploration kvmAsSetUp() {
    return KvmExploration.of(recording.kvm(), calls, List.of(viewAsSetUp()));
  }

  /** Returns a vCPU as the VMM of this policy would set it up. */
  VcpuView viewAsSetUp() {
    long exits = recording.traits().exitHypercalls();
    return new VcpuView(
        0,
        false,
        (exits & 1L << Exit.MapGpaRange.NUMBER) != 0,
        (exits & 1L << Exit.Unshare.NUMBER) != 0);
  }

  /** Returns exits of each kind; those of the policy's own guests first. */
  List<Exit> exits() {
    Set<Exit> exits = new LinkedHashSet<>();
    for (KvmExploration.Decision decision : kvmAsSetUp().all()) {
      exits.addAll(KvmChecks.exitsOf(decision.step()));
    }
    exits.addAll(Exits.aboutMemory(GuestWorld.gpas(2, 4)));
    exits.addAll(Exits.aboutOtherThings());
    exits.addAll(Exits.nonsense());
    return List.copyOf(exits);
  }

  /** Asks the VMM seat about every exit. */
  List<Wish.Convert> wishes() {
    VmmSeat vmm = recording.vmm();
    List<Wish.Convert> wishes = new ArrayList<>();
    for (Exit exit : exits()) {
      if (vmm.wish(exit) instanceof Wish.Convert wish) {
        wishes.add(wish);
      }
    }
    return wishes;
  }

  /** Asks everything. */
  Examination askEverything() {
    kvm();
    VmmSeat vmm = recording.vmm();
    vmm.implicitRule();
    for (Shareability target : Shareability.values()) {
      vmm.afterPartial(target);
    }
    for (Wish.Convert wish : wishes()) {
      vmm.retryRule(wish);
      vmm.unconverted(wish);
      Settlements.ofEachKind(wish).forEach(settlement -> vmm.reply(wish, settlement));
    }
    return this;
  }
}
