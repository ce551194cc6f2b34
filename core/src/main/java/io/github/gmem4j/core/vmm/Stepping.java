package io.github.gmem4j.core.vmm;

import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.core.boundary.Thrown;
import java.util.List;
import java.util.Optional;

/**
 * The loop over {@link Steps}. After each step the request's next value is in the {@link Register}
 * before the listener is told, and an exception, from wherever, is followed by the last words that
 * participants are owed: so nothing is lost on any path.
 */
final class Stepping {
  private final Steps steps;
  private final Register register;
  private final PageStates states;
  private final RoadListener listener;

  Stepping(Steps steps, Register register, PageStates states, RoadListener listener) {
    this.steps = steps;
    this.register = register;
    this.states = states;
    this.listener = listener;
  }

  /**
   * Steps a request until it is settled or the kernel has it.
   *
   * @throws RuntimeException what was thrown meanwhile, after the last words; an {@code Error}
   *     likewise
   */
  Progress run(Request first, Holding holding) {
    Request now = first;
    while (!now.isWithKernel()) {
      switch (step(now)) {
        case Turn.Goes goes -> now = go(now, goes);
        case Turn.Waits waits -> {
          Optional<Request> next = waitFor(now, waits, holding);
          if (next.isEmpty()) {
            return new Progress.Held(now);
          }
          now = next.get();
        }
        case Turn.Over over -> {
          register.remove(now);
          return new Progress.Settled(settlement(over.ended()));
        }
      }
    }
    return new Progress.Settled(Settlement.READY);
  }

  private Turn step(Request now) {
    try {
      return steps.step(now);
    } catch (RuntimeException | Error thrown) {
      return failed(now, thrown);
    }
  }

  private Request go(Request now, Turn.Goes goes) {
    Request next = goes.next();
    register.replace(now, next);
    if (goes.event().isPresent()) {
      try {
        listener.on(goes.event().get());
      } catch (RuntimeException | Error thrown) {
        return go(next, failed(next, thrown));
      }
    }
    return next;
  }

  private Optional<Request> waitFor(Request now, Turn.Waits waits, Holding holding) {
    try {
      if (!holding.hold(waits.pause(), waits.next().patience().attempts())) {
        return Optional.empty();
      }
    } catch (RuntimeException | Error thrown) {
      return Optional.of(go(now, failed(now, thrown)));
    }
    return Optional.of(go(now, new Turn.Goes(waits.next())));
  }

  /** Ends a request that nobody waits for any more: those who are ready have the last word. */
  void abandon(Request request) {
    Turn.Goes goes = ends(request, new Ended.Settled(Settlement.READY));
    if (register.replace(request, goes.next())) {
      run(goes.next(), Holding.NEVER);
    }
  }

  /** Something was thrown: what is left to do is to say the last words, truly. */
  private Turn.Goes failed(Request request, Throwable thrown) {
    return ends(
        request,
        request.stage() instanceof Stage.Ending at
            ? at.ended().andThrown(thrown)
            : new Ended.ByThrowing(thrown));
  }

  private Turn.Goes ends(Request request, Ended ended) {
    return new Turn.Goes(
        request.at(
            switch (request.stage()) {
              case Stage.Entering entering -> ending(Roll.NOBODY, List.of(), ended);
              case Stage.Planning planning -> ending(Roll.NOBODY, List.of(), ended);
              case Stage.Preparing at ->
                  ending(at.roll(), at.roll().lastWords(at.ready(), states::allHave), ended);
              case Stage.Converting at -> byState(at.roll(), ended);
              case Stage.Undoing at -> byState(at.roll(), ended);
              case Stage.WithKernel at -> byState(at.roll(), ended);
              case Stage.Ending at -> new Stage.Ending(at.roll(), at.owed(), at.broken(), ended);
            }));
  }

  private Stage byState(Roll roll, Ended ended) {
    return ending(roll, roll.lastWords(states::allHave), ended);
  }

  private static Stage ending(Roll roll, List<LastWord> owed, Ended ended) {
    return new Stage.Ending(roll, owed, List.of(), ended);
  }

  private static Settlement settlement(Ended ended) {
    if (ended instanceof Ended.ByThrowing by) {
      Thrown.rethrow(by.thrown());
    }
    if (ended instanceof Ended.Settled settled) {
      return settled.settlement();
    }
    throw new IllegalStateException("not over: " + ended);
  }
}
