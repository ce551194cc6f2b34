package io.github.gmem4j.testkit.contract;

import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.guest.PlatformInstruction;
import io.github.gmem4j.api.policy.Execution;
import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.policy.Granting;
import io.github.gmem4j.api.policy.Interception;
import io.github.gmem4j.api.policy.PrivateAccess;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.testkit.rule.Rule;
import io.github.gmem4j.testkit.rule.RuleBroken;
import io.github.gmem4j.testkit.world.PlainFolio;
import java.util.Arrays;

/** The checks of the platform by itself: F1 to F7, P6. */
final class PlatformChecks {
  /** An instruction that no platform knows. */
  private record ForeignInstruction(int number) implements PlatformInstruction {}

  /** A call that no platform knows. */
  private record ForeignCall(int number) implements GuestCall {}

  private static final Gfn ONE = new Gfn(0x100);
  private static final Gfn OTHER = new Gfn(0x101);
  private static final Gfn FRESH = new Gfn(0x102);

  private PlatformChecks() {}

  static void aFreshPageIsGranted(PolicyUnderTest subject) {
    LonePlatform platform = LonePlatform.of(subject);
    Granting answer = platform.grant(ONE, new PlainFolio(1));
    RuleBroken.unless(answer instanceof Granting.Granted, Rule.F1, "answered " + answer);
    RuleBroken.unless(platform.bugs().isEmpty(), Rule.F1, "the VM is dead: " + platform.bugs());
  }

  static void takingBackCannotFail(PolicyUnderTest subject) {
    LonePlatform platform = LonePlatform.of(subject);
    Folio shared = new PlainFolio(1);
    Folio reclaimed = new PlainFolio(2);
    platform.mustGrant(ONE, shared);
    platform.mustGrant(OTHER, reclaimed);
    platform.zap(ONE);
    platform.makeShared(shared);
    platform.zap(OTHER);
    platform.reclaim(reclaimed);
    platform.takenFromHost(shared);
    platform.mustGrant(FRESH, reclaimed);
    platform.teardown();
    platform.reclaim(reclaimed);
    RuleBroken.unless(platform.bugs().isEmpty(), Rule.F2, "the VM is dead: " + platform.bugs());
  }

  static void aFolioIsPrivateToOneFrame(PolicyUnderTest subject) {
    Judging.needs(subject.ownsPages(), "nothing keeps books of who owns a page");
    LonePlatform platform = LonePlatform.of(subject);
    Folio folio = new PlainFolio(1);
    platform.mustGrant(ONE, folio);
    Granting answer = platform.grant(OTHER, folio);
    RuleBroken.unless(
        !(answer instanceof Granting.Granted), Rule.F3, "granted to " + ONE + " and " + OTHER);
  }

  static void aGrantedPageIsGrantedAgain(PolicyUnderTest subject) {
    LonePlatform platform = LonePlatform.of(subject);
    Folio folio = new PlainFolio(1);
    platform.mustGrant(ONE, folio);
    Granting answer = platform.grant(ONE, folio);
    RuleBroken.unless(answer instanceof Granting.Granted, Rule.F4, "then answered " + answer);
  }

  static void takingBackNothingHasNoEffect(PolicyUnderTest subject) {
    LonePlatform.of(subject).mustGrant(ONE, new PlainFolio(1));
    LonePlatform platform = LonePlatform.of(subject);
    PlainFolio folio = new PlainFolio(1);
    byte[] bytes = new byte[folio.bytes().length];
    Arrays.fill(bytes, (byte) 7);
    folio.fill(bytes);
    platform.zap(ONE);
    platform.makeShared(folio);
    platform.reclaim(folio);
    RuleBroken.unless(Arrays.equals(bytes, folio.bytes()), Rule.F5, "the bytes of a page changed");
    Granting answer = platform.grant(ONE, folio);
    RuleBroken.unless(
        answer instanceof Granting.Granted && platform.bugs().isEmpty(),
        Rule.F5,
        "then answered " + answer + ", the VM is dead: " + platform.bugs());
  }

  static void accessChangesNothing(PolicyUnderTest subject) {
    LonePlatform platform = LonePlatform.of(subject);
    PlainFolio folio = new PlainFolio(1);
    platform.mustGrant(ONE, folio);
    byte[] before = folio.bytes();
    PrivateAccess first = platform.access(ONE);
    PrivateAccess second = platform.access(ONE);
    RuleBroken.unless(
        first.equals(second) && Arrays.equals(before, folio.bytes()),
        Rule.F6,
        "answered " + first + ", then " + second);
  }

  static void theUnknownIsExceptedOrPassedOn(PolicyUnderTest subject) {
    LonePlatform platform = LonePlatform.of(subject);
    Execution execution = platform.execute(new ForeignInstruction(1));
    RuleBroken.unless(
        execution instanceof Execution.Excepted, Rule.F7, "an instruction: " + execution);
    Interception interception = platform.intercept(new ForeignCall(1));
    RuleBroken.unless(
        interception instanceof Interception.Passed, Rule.F7, "a call: " + interception);
  }

  static void twoVmsShareNoState(PolicyUnderTest subject) {
    var policy = subject.policy();
    LonePlatform one = LonePlatform.of(policy);
    LonePlatform other = LonePlatform.of(policy);
    accessChangesNothing(subject);
    one.mustGrant(ONE, new PlainFolio(1));
    PrivateAccess before = one.access(ONE);
    Granting answer = other.grant(ONE, new PlainFolio(2));
    RuleBroken.unless(
        answer instanceof Granting.Granted, Rule.P6, "the other VM's page: " + answer);
    other.zap(ONE);
    PrivateAccess after = one.access(ONE);
    RuleBroken.unless(
        before.equals(after), Rule.P6, "access was " + before + ", is " + after + " after the zap");
  }
}
