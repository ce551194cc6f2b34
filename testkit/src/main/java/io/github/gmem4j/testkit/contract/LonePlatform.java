package io.github.gmem4j.testkit.contract;

import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.guest.PlatformInstruction;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.policy.Execution;
import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.policy.Granting;
import io.github.gmem4j.api.policy.Interception;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.policy.PrivateAccess;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.testkit.rule.Answers;
import io.github.gmem4j.testkit.rule.Rule;
import io.github.gmem4j.testkit.rule.RuleBroken;
import io.github.gmem4j.testkit.world.StandaloneHost;
import java.util.List;

/** A platform without any VM, in which one vCPU is inside the guest; answers are checked. */
final class LonePlatform {
  private static final int MOST_TRIES = 100;
  private static final int VCPU = 0;

  private final StandaloneHost host = new StandaloneHost();
  private final Platform platform;

  private LonePlatform(ConversionPolicy policy) {
    platform = new RecordingPolicy(policy).createPlatform(host);
    platform.enter(VCPU);
  }

  static LonePlatform of(PolicyUnderTest subject) {
    return of(subject.policy());
  }

  static LonePlatform of(ConversionPolicy policy) {
    return new LonePlatform(policy);
  }

  List<String> bugs() {
    return host.bugs();
  }

  /** Asks for a page as KVM does: again while it is busy. */
  Granting grant(Gfn gfn, Folio folio) {
    Granting answer = Granting.BUSY;
    for (int i = 0; i < MOST_TRIES && answer instanceof Granting.Busy; i++) {
      answer =
          Answers.ofPolicy(
              "makePrivate(" + gfn + ", " + folio + ")", () -> platform.makePrivate(gfn, folio));
    }
    return answer;
  }

  /** Asks for a page that the checks of other rules need. */
  void mustGrant(Gfn gfn, Folio folio) {
    Granting answer = grant(gfn, folio);
    RuleBroken.unless(
        answer instanceof Granting.Granted, Rule.F1, folio + " at " + gfn + ": " + answer);
  }

  void zap(Gfn gfn) {
    Answers.told(
        "zapPrivate(" + gfn + ")", () -> platform.zapPrivate(GfnRange.of(gfn.value(), 1)), Rule.F2);
  }

  void makeShared(Folio folio) {
    Answers.told("makeShared(" + folio + ")", () -> platform.makeShared(folio), Rule.F2);
  }

  void reclaim(Folio folio) {
    Answers.told("reclaim(" + folio + ")", () -> platform.reclaim(folio), Rule.F2);
  }

  void takenFromHost(Folio folio) {
    Answers.told("takenFromHost(" + folio + ")", () -> platform.takenFromHost(folio), Rule.F2);
  }

  void teardown() {
    Answers.told("leave(" + VCPU + ")", () -> platform.leave(VCPU), Rule.F2);
    Answers.told("teardown()", platform::teardown, Rule.F2);
  }

  PrivateAccess access(Gfn gfn) {
    return Answers.ofPolicy("access(" + gfn + ")", () -> platform.access(gfn));
  }

  Execution execute(PlatformInstruction instruction) {
    return Answers.ofPolicy("execute(" + instruction + ")", () -> platform.execute(instruction));
  }

  Interception intercept(GuestCall call) {
    return Answers.ofPolicy("intercept(" + call + ")", () -> platform.intercept(VCPU, call));
  }
}
