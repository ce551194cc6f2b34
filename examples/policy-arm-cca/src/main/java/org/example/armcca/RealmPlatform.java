package org.example.armcca;

import io.github.gmem4j.api.guest.*;
import io.github.gmem4j.api.memory.*;
import io.github.gmem4j.api.policy.*;
import io.github.gmem4j.api.vm.*;
import java.util.*;
import java.util.function.Predicate;

/**
 * One Realm in the RMM 1.0, and what KVM has the RMM do. The VMM is taken to have made the whole
 * protected half RAM before the Realm's activation. What the Realm gets or loses is zeroed.
 */
final class RealmPlatform implements Platform {
  /** What the Realm takes a page for, in the order of the registers. */
  private enum Ripas {
    EMPTY,
    RAM,
    DESTROYED
  }

  // By the first frame of each run, which reaches to the next run.
  private final TreeMap<Long, Ripas> runs =
      new TreeMap<>(Map.of(0L, Ripas.RAM, Long.MAX_VALUE, Ripas.RAM));
  private final TreeMap<Long, Folio> assigned = new TreeMap<>();
  private final Map<Folio, Gfn> delegated = new HashMap<>();
  private final Map<Integer, RsiCall> requests = new HashMap<>();

  @Override
  public Interception intercept(int vcpu, GuestCall call) {
    if (!(call instanceof RsiCall rsi)
        || rsi.function() != RsiCall.SET && rsi.function() != RsiCall.GET) {
      return Interception.PASSED;
    }
    if (!rsi.isValid()) {
      return new Interception.Answered(new RsiCall.Result(1, 0, 0));
    }
    if (rsi.function() == RsiCall.GET) {
      Ripas state = at(rsi.base() >>> Page.SHIFT);
      long end = whileTrue(state::equals, rsi.base() >>> Page.SHIFT, rsi.top() >>> Page.SHIFT);
      return new Interception.Answered(new RsiCall.Result(0, end << Page.SHIFT, state.ordinal()));
    }
    requests.put(vcpu, rsi);
    return Interception.PASSED;
  }

  @Override
  public Optional<GuestResult> returned(int vcpu, GuestCall call, GuestResult result) {
    RsiCall set = requests.remove(vcpu);
    if (set == null || !(result instanceof RsiCall.Result entry)) {
      return Optional.empty();
    }
    boolean all = (set.flags() & RsiCall.CHANGE_DESTROYED) != 0;
    long first = set.base() >>> Page.SHIFT;
    long end = whileTrue(s -> all || s != Ripas.DESTROYED, first, entry.next() >>> Page.SHIFT);
    boolean toRam = set.target() == Shareability.PRIVATE;
    if (!toRam) {
      destroy(first, end);
    }
    change(first, end, toRam ? Ripas.RAM : Ripas.EMPTY);
    long next = end << Page.SHIFT;
    // Neither EMPTY nor what is done already can be rejected.
    long answer = toRam && next != set.top() ? entry.answer() : RsiCall.Result.ACCEPT;
    return Optional.of(new RsiCall.Result(0, next, answer));
  }

  @Override
  public Optional<String> exceptionFor(Gfn gfn, Shareability access) {
    return access == Shareability.PRIVATE && at(gfn.value()) == Ripas.EMPTY
        ? Optional.of("synchronous external abort, EMPTY at " + gfn)
        : Optional.empty();
  }

  @Override
  public Granting makePrivate(Gfn gfn, Folio folio) {
    if (folio.equals(assigned.get(gfn.value()))) {
      return Granting.GRANTED;
    }
    boolean free =
        !assigned.containsKey(gfn.value()) && delegated.getOrDefault(folio, gfn).equals(gfn);
    if (!free || at(gfn.value()) != Ripas.RAM) {
      return new Granting.Denied(gfn + " or its page is in use, or is " + at(gfn.value()));
    }
    folio.zero();
    delegated.put(folio, gfn);
    assigned.put(gfn.value(), folio);
    return Granting.GRANTED;
  }

  @Override
  public PrivateAccess access(Gfn gfn) {
    return assigned.containsKey(gfn.value()) ? PrivateAccess.REACHED : PrivateAccess.NOT_MAPPED;
  }

  @Override
  public void zapPrivate(GfnRange range) {
    destroy(range.first().value(), range.endExclusive());
  }

  /** RAM that the host takes away becomes DESTROYED; the pages stay delegated. */
  private void destroy(long first, long end) {
    Map<Long, Folio> pages = assigned.subMap(first, end);
    pages.values().forEach(Folio::zero);
    pages.keySet().forEach(frame -> change(frame, frame + 1, Ripas.DESTROYED));
    pages.clear();
  }

  @Override
  public void makeShared(Folio folio) {
    delegated.remove(folio);
  }

  @Override
  public void reclaim(Folio folio) {
    delegated.remove(folio);
  }

  @Override
  public void teardown() {
    destroy(0, Long.MAX_VALUE);
  }

  @Override
  public Execution execute(PlatformInstruction instruction) {
    return new Execution.Excepted("undefined: " + instruction);
  }

  private Ripas at(long frame) {
    return runs.floorEntry(frame).getValue();
  }

  private void change(long first, long end, Ripas state) {
    if (first < end) {
      runs.put(end, at(end));
      runs.subMap(first, end).clear();
      runs.put(first, state);
    }
  }

  /** Returns the first frame whose state is not wanted, or the end. */
  private long whileTrue(Predicate<Ripas> wanted, long first, long end) {
    long frame = first;
    while (frame < end && wanted.test(at(frame))) {
      frame = Math.min(runs.higherKey(frame), end);
    }
    return frame;
  }
}
