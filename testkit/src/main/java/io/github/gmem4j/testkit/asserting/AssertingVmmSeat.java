package io.github.gmem4j.testkit.asserting;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.AfterPartial;
import io.github.gmem4j.api.policy.ImplicitRule;
import io.github.gmem4j.api.policy.PolicyTraits.Converter;
import io.github.gmem4j.api.policy.RetryRule;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.policy.Unconverted;
import io.github.gmem4j.api.policy.VmmSeat;
import io.github.gmem4j.api.policy.Wish;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.testkit.rule.Answers;
import io.github.gmem4j.testkit.rule.Rule;
import io.github.gmem4j.testkit.rule.RuleBroken;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A VMM seat whose answers, and whose caller, are checked. */
final class AssertingVmmSeat implements VmmSeat {
  private final VmmSeat seat;
  private final Set<Wish> wishes = ConcurrentHashMap.newKeySet();

  AssertingVmmSeat(VmmSeat seat) {
    this.seat = seat;
  }

  @Override
  public Wish wish(Exit exit) {
    Wish wish = Answers.ofPolicy("wish(" + exit + ")", () -> seat.wish(exit));
    wishes.add(wish);
    return wish;
  }

  @Override
  public RetryRule retryRule(Wish.Convert wish) {
    known(wish, "retryRule");
    return Answers.ofPolicy("retryRule(" + wish + ")", () -> seat.retryRule(wish));
  }

  @Override
  public Reply reply(Wish.Convert wish, Settlement settlement) {
    known(wish, "reply");
    RuleBroken.unless(
        !(settlement instanceof Settlement.Ready) || wish.by() == Converter.KVM,
        Rule.V8,
        "settled as ready: " + wish);
    return Answers.ofPolicy(
        "reply(" + wish + ", " + settlement + ")", () -> seat.reply(wish, settlement));
  }

  @Override
  public ImplicitRule implicitRule() {
    return Answers.ofPolicy("implicitRule()", seat::implicitRule);
  }

  @Override
  public boolean everyFaultIsStale() {
    return Answers.ofPolicy("everyFaultIsStale()", seat::everyFaultIsStale);
  }

  @Override
  public Unconverted unconverted(Wish.Convert wish) {
    known(wish, "unconverted");
    RuleBroken.unless(wish.by() == Converter.KVM, Rule.V8, "unconverted(" + wish + ")");
    return Answers.ofPolicy("unconverted(" + wish + ")", () -> seat.unconverted(wish));
  }

  @Override
  public AfterPartial afterPartial(Shareability target) {
    return Answers.ofPolicy("afterPartial(" + target + ")", () -> seat.afterPartial(target));
  }

  private void known(Wish.Convert wish, String method) {
    RuleBroken.unless(
        wishes.contains(wish), Rule.V7, method + " was asked about " + wish + ", read " + wishes);
  }
}
