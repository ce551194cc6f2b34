package io.github.gmem4j.testkit.asserting;

import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.guest.PlatformInstruction;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.Execution;
import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.policy.Granting;
import io.github.gmem4j.api.policy.HostAttempt;
import io.github.gmem4j.api.policy.HostReach;
import io.github.gmem4j.api.policy.Interception;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.policy.PrivateAccess;
import io.github.gmem4j.api.policy.SlotChange;
import io.github.gmem4j.api.policy.SlotRefusal;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.testkit.rule.Answers;
import io.github.gmem4j.testkit.rule.Rule;
import io.github.gmem4j.testkit.rule.RuleBroken;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A platform whose answers, and whose caller's order and locking, are checked. */
public final class AssertingPlatform implements Platform {
  private final Platform platform;
  private final AssertingPlatformHost host;
  private final GrantedPages granted = new GrantedPages();
  private final AtomicReference<@Nullable Thread> inside = new AtomicReference<>();
  private boolean torndown;

  AssertingPlatform(Platform platform, AssertingPlatformHost host) {
    this.platform = platform;
    this.host = host;
  }

  /** Returns the frames that were granted a page and not zapped since. */
  public Set<Gfn> mappedFrames() {
    return granted.mappedFrames();
  }

  /** Returns the frame numbers of the pages it was granted and has not given back. */
  public Set<Long> ownedPages() {
    return granted.ownedPages();
  }

  /** Returns why it has declared its VM dead, in order; empty if it has not. */
  public List<String> bugs() {
    return host.bugs();
  }

  @Override
  public Granting makePrivate(Gfn gfn, Folio folio) {
    String method = "makePrivate(" + gfn + ", pfn " + folio.pfn() + ")";
    Granting answer = asked(method, () -> platform.makePrivate(gfn, folio));
    if (answer instanceof Granting.Granted) {
      granted.add(gfn, folio);
    }
    return answer;
  }

  @Override
  public Granting populate(Gfn gfn, Folio folio, Optional<byte[]> source) {
    String method = "populate(" + gfn + ", pfn " + folio.pfn() + ")";
    Granting answer = asked(method, () -> platform.populate(gfn, folio, source));
    if (answer instanceof Granting.Granted) {
      granted.add(gfn, folio);
    }
    return answer;
  }

  @Override
  public void zapPrivate(GfnRange range) {
    told("zapPrivate(" + range + ")", () -> platform.zapPrivate(range));
    granted.zap(range);
  }

  @Override
  public Optional<String> objectionToSharing(Folio folio) {
    return asked(
        "objectionToSharing(pfn " + folio.pfn() + ")", () -> platform.objectionToSharing(folio));
  }

  @Override
  public boolean ownsWhatItShares() {
    return asked("ownsWhatItShares()", platform::ownsWhatItShares);
  }

  @Override
  public Optional<SlotRefusal> refusalOfSlot(SlotChange change, long flags) {
    return asked(
        "refusalOfSlot(" + change + ", 0x" + Long.toHexString(flags) + ")",
        () -> platform.refusalOfSlot(change, flags));
  }

  @Override
  public void makeShared(Folio folio) {
    takeBack("makeShared(pfn " + folio.pfn() + ")", folio, () -> platform.makeShared(folio));
  }

  @Override
  public void reclaim(Folio folio) {
    takeBack("reclaim(pfn " + folio.pfn() + ")", folio, () -> platform.reclaim(folio));
  }

  private void takeBack(String method, Folio folio, Runnable call) {
    RuleBroken.unless(
        !granted.isMapped(folio), Rule.F10, method + " while a frame still maps the page");
    alone(
        method,
        method.startsWith("reclaim"),
        () -> {
          host.takingBack(folio);
          Answers.told(method, call, Rule.F2);
          host.takingBack(null);
          return method;
        });
    granted.giveBack(folio);
  }

  @Override
  public PrivateAccess access(Gfn gfn) {
    RuleBroken.unless(
        granted.isMapped(gfn), Rule.F11, "access(" + gfn + "), mapped are " + mappedFrames());
    return asked("access(" + gfn + ")", () -> platform.access(gfn));
  }

  @Override
  public Granting mapShared(Gfn gfn, Folio folio) {
    return asked(
        "mapShared(" + gfn + ", pfn " + folio.pfn() + ")", () -> platform.mapShared(gfn, folio));
  }

  @Override
  public void takenFromHost(Folio folio) {
    told("takenFromHost(pfn " + folio.pfn() + ")", () -> platform.takenFromHost(folio));
  }

  @Override
  public HostReach reachedByHost(Folio folio, HostAttempt attempt) {
    return asked(
        "reachedByHost(pfn " + folio.pfn() + ", " + attempt + ")",
        () -> platform.reachedByHost(folio, attempt));
  }

  @Override
  public Interception intercept(int vcpu, GuestCall call) {
    return asked("intercept(" + call + ")", () -> platform.intercept(vcpu, call));
  }

  @Override
  public Optional<GuestResult> returned(int vcpu, GuestCall call, GuestResult result) {
    return asked(
        "returned(" + call + ", " + result + ")", () -> platform.returned(vcpu, call, result));
  }

  @Override
  public void abandoned(int vcpu, GuestCall call) {
    told("abandoned(" + vcpu + ", " + call + ")", () -> platform.abandoned(vcpu, call));
  }

  @Override
  public Optional<String> exceptionFor(Gfn gfn, Shareability access) {
    return asked(
        "exceptionFor(" + gfn + ", " + access + ")", () -> platform.exceptionFor(gfn, access));
  }

  @Override
  public void teardown() {
    told("teardown()", platform::teardown);
    torndown = true;
  }

  @Override
  public Execution execute(PlatformInstruction instruction) {
    return asked("execute(" + instruction + ")", () -> platform.execute(instruction));
  }

  @Override
  public boolean allowsPrefault() {
    return asked("allowsPrefault()", platform::allowsPrefault);
  }

  @Override
  public Optional<String> objectionToRunning() {
    return asked("objectionToRunning()", platform::objectionToRunning);
  }

  @Override
  public void finalizeLaunch() {
    told("finalizeLaunch()", platform::finalizeLaunch);
  }

  @Override
  public void enter(int vcpu) {
    told("enter(" + vcpu + ")", () -> platform.enter(vcpu));
  }

  @Override
  public void leave(int vcpu) {
    if (inside.get() == Thread.currentThread()) {
      // A kick from within a call of the platform.
      Answers.told("leave(" + vcpu + ")", () -> platform.leave(vcpu), Rule.P5);
    } else {
      told("leave(" + vcpu + ")", () -> platform.leave(vcpu));
    }
  }

  private <T> T asked(String method, Supplier<? extends @Nullable T> call) {
    return alone(method, false, () -> Answers.<T>ofPolicy(method, call));
  }

  private void told(String method, Runnable call) {
    alone(
        method,
        false,
        () -> {
          Answers.told(method, call, Rule.F2);
          return method;
        });
  }

  private <T> T alone(String method, boolean afterTeardown, Supplier<T> call) {
    @Nullable Thread other = inside.compareAndExchange(null, Thread.currentThread());
    RuleBroken.unless(other == null, Rule.F9, method + " while " + other + " is in the platform");
    try {
      RuleBroken.unless(afterTeardown || !torndown, Rule.F12, method + " after the teardown");
      return call.get();
    } finally {
      inside.set(null);
    }
  }
}
