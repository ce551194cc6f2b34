package io.github.gmem4j.core.vmm;

import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.participant.PlannedConversion;
import io.github.gmem4j.api.participant.Preparation;
import io.github.gmem4j.api.policy.AfterPartial;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.policy.Settlement.Obstacle;
import io.github.gmem4j.api.policy.VmmSeat;
import io.github.gmem4j.api.policy.Wish;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.seam.Waiter;
import io.github.gmem4j.api.vm.ConversionScope;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.api.vm.VirtualMachine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** From a wish to its settlement. */
final class Settling {
  private final VirtualMachine vm;
  private final VmmSeat rules;
  private final Participants participants;
  private final Waiter waiter;
  private final RoadListener listener;
  private final InFlight inFlight = new InFlight();
  private final PoisonedFrames poisoned = new PoisonedFrames();
  private final Releases releases;

  Settling(
      VirtualMachine vm,
      VmmSeat rules,
      Participants participants,
      Waiter waiter,
      RoadListener listener) {
    this.vm = vm;
    this.rules = rules;
    this.participants = participants;
    this.waiter = waiter;
    this.listener = listener;
    this.releases = new Releases(vm, rules, poisoned);
  }

  /** A vCPU has left {@code run()} with an exit that asks for nothing. */
  void afterRun(int vcpu) {
    releases.afterRun(vcpu);
  }

  /**
   * Settles a wish.
   *
   * @param errorOffset where the kernel found a page held when it tried by itself, if the exit says
   */
  Settlement settle(int vcpu, Wish.Convert wish, Optional<ByteOffset> errorOffset) {
    Optional<Releases.Release> repeated = releases.repeated(vcpu, wish);
    if (repeated.isPresent()) {
      return settleAgain(repeated.get(), errorOffset);
    }
    releases.afterRun(vcpu);
    if (!wish.range().isPageAligned() || wish.range().isEmptyOrWraps()) {
      return new Settlement.Rejected(
          new ConversionOutcome.Rejected(
              Errno.EINVAL, "not a range of whole pages: " + wish.range()));
    }
    GfnRange frames = wish.range().frames();
    releases.makeWayFor(frames);
    RetryCursor retry = new RetryCursor(rules.retryRule(wish));
    while (true) {
      Optional<Integer> other = inFlight.enter(vcpu, frames);
      if (other.isEmpty()) {
        try {
          return settleAlone(vcpu, wish, frames, retry);
        } finally {
          inFlight.leave(vcpu);
        }
      }
      Obstacle obstacle = Obstacle.needsTime("the wish of vCPU " + other.get());
      if (!hold(vcpu, retry, Duration.ZERO)) {
        return settled(obstacle, retry);
      }
    }
  }

  /** The kernel could not convert by itself and asks again; everybody is ready already. */
  private Settlement settleAgain(Releases.Release release, Optional<ByteOffset> errorOffset) {
    if (hold(release.vcpu(), release.retry(), Duration.ZERO)) {
      return Settlement.READY;
    }
    releases.end(release);
    return settled(Obstacle.askedAgain(errorOffset), release.retry());
  }

  /** Settles a wish while nobody else wishes anything for its frames. */
  private Settlement settleAlone(int vcpu, Wish.Convert wish, GfnRange frames, RetryCursor retry) {
    while (true) {
      Optional<Settlement.Poisoned> known = poisoned.touching(frames);
      if (known.isPresent()) {
        return known.get();
      }
      List<PlannedConversion> pieces;
      switch (Plan.of(vm, frames, wish.target())) {
        case Plan.Unbacked unbacked -> {
          return new Settlement.Unbacked(unbacked.entirely());
        }
        case Plan.Pieces planned -> pieces = planned.pieces();
      }
      switch (participants.prepare(pieces)) {
        case Participants.Prepared.All all -> {
          return switch (wish.by()) {
            case VMM -> convert(vcpu, wish, frames, pieces, all.readiness(), retry);
            case KVM -> {
              releases.open(
                  new Releases.Release(vcpu, wish, frames, pieces, all.readiness(), retry));
              yield Settlement.READY;
            }
          };
        }
        case Participants.Prepared.NotAll notAll -> {
          if (!notAll.broken().isEmpty()) {
            return poisoned.add(frames, String.join("; ", notAll.broken()));
          }
          if (notAll.answer() instanceof Preparation.Refused refused) {
            return new Settlement.Refused(notAll.who().name(), refused.reason());
          }
          Duration hint =
              notAll.answer() instanceof Preparation.NeedsTime needs ? needs.hint() : Duration.ZERO;
          if (!hold(vcpu, retry, hint)) {
            return settled(Obstacle.needsTime(notAll.who().name()), retry);
          }
        }
      }
    }
  }

  /** Converts piece by piece; everybody is prepared and stays so while the vCPU is held. */
  private Settlement convert(
      int vcpu,
      Wish.Convert wish,
      GfnRange frames,
      List<PlannedConversion> pieces,
      Participants.Readiness readiness,
      RetryCursor retry) {
    List<PlannedConversion> converted = new ArrayList<>();
    List<PlannedConversion> undoable = new ArrayList<>();
    boolean undoes = rules.afterPartial(wish.target()) == AfterPartial.UNDO;
    Settlement settlement = Settlement.FULFILLED;
    boolean finished = false;
    try {
      for (PlannedConversion piece : pieces) {
        boolean changesWholly = undoes && changesWholly(piece);
        settlement = convert(vcpu, piece, retry);
        if (!(settlement instanceof Settlement.Fulfilled)) {
          converted.removeAll(undo(undoable));
          break;
        }
        converted.add(piece);
        if (changesWholly) {
          undoable.add(piece);
        }
      }
      finished = true;
    } finally {
      if (!finished) {
        readiness.commit(converted);
      }
    }
    List<String> broken = readiness.commit(converted);
    return broken.isEmpty() ? settlement : poisoned.add(frames, String.join("; ", broken));
  }

  /** Converts one piece, as often as the policy says. */
  private Settlement convert(int vcpu, PlannedConversion piece, RetryCursor retry) {
    while (true) {
      ConversionOutcome outcome = call(piece);
      if (outcome.succeeded()) {
        return Settlement.FULFILLED;
      }
      if (!(outcome instanceof ConversionOutcome.Blocked blocked)) {
        return new Settlement.Rejected(outcome);
      }
      if (!hold(vcpu, retry, Duration.ZERO)) {
        return settled(Obstacle.held(blocked), retry);
      }
    }
  }

  private ConversionOutcome call(PlannedConversion piece) {
    return vm.conversionScope() == ConversionScope.VM
        ? vm.setMemoryAttributes(piece.frames().bytes(), piece.target().attributes(), 0)
        : piece.memory().convert(ConversionRequest.of(piece.pages().bytes(), piece.target()));
  }

  /** Tells whether no page of a piece has the wanted state yet. */
  private boolean changesWholly(PlannedConversion piece) {
    if (vm.conversionScope() == ConversionScope.VM) {
      return false;
    }
    for (long page = piece.pages().first().value(); page < piece.pages().endExclusive(); page++) {
      if (piece.memory().shareability(new PageIndex(page)) == piece.target()) {
        return false;
      }
    }
    return true;
  }

  /** Converts pieces back, last first; returns those for which that succeeded. */
  private List<PlannedConversion> undo(List<PlannedConversion> pieces) {
    List<PlannedConversion> undone = new ArrayList<>();
    for (PlannedConversion piece : pieces.reversed()) {
      PlannedConversion back =
          new PlannedConversion(
              piece.frames(), piece.target().opposite(), piece.memory(), piece.pages());
      if (call(back).succeeded()) {
        undone.add(piece);
      }
    }
    return undone;
  }

  /** Waits if the rule allows another try. */
  private boolean hold(int vcpu, RetryCursor retry, Duration hint) {
    Optional<Duration> pause = retry.afterFailedTry();
    if (pause.isEmpty()) {
      return false;
    }
    Duration wait = pause.get().compareTo(hint) < 0 ? hint : pause.get();
    listener.on(new RoadEvent.VcpuHeld(vcpu, wait, retry.attempts()));
    waiter.pause(wait);
    return true;
  }

  private static Settlement settled(Obstacle obstacle, RetryCursor retry) {
    return retry.endsInRetry()
        ? new Settlement.RetryLater(obstacle)
        : new Settlement.GaveUp(obstacle, retry.attempts());
  }
}
