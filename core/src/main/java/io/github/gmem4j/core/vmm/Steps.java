package io.github.gmem4j.core.vmm;

import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.participant.Participant;
import io.github.gmem4j.api.participant.PlannedConversion;
import io.github.gmem4j.api.participant.Preparation;
import io.github.gmem4j.api.policy.AfterPartial;
import io.github.gmem4j.api.policy.PolicyTraits.Converter;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.policy.Settlement.Obstacle;
import io.github.gmem4j.api.policy.VmmSeat;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.vm.ConversionScope;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.core.boundary.Answered;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The one function that brings a request a step further. It calls at most one participant, or the
 * kernel once. Waiting, and telling the listener, are the caller's.
 */
final class Steps {
  private final VirtualMachine vm;
  private final VmmSeat rules;
  private final List<Participant> participants;
  private final Register register;
  private final PoisonedPages poisoned;
  private final PageStates states;

  Steps(
      VirtualMachine vm,
      VmmSeat rules,
      List<Participant> participants,
      Register register,
      PoisonedPages poisoned,
      PageStates states) {
    this.vm = vm;
    this.rules = rules;
    this.participants = participants;
    this.register = register;
    this.poisoned = poisoned;
    this.states = states;
  }

  /** Does the next step of a request that the kernel does not have. */
  Turn step(Request request) {
    return switch (request.stage()) {
      case Stage.Entering entering -> enter(request);
      case Stage.Planning planning -> plan(request);
      case Stage.Preparing preparing -> prepare(request, preparing);
      case Stage.Converting converting -> convert(request, converting);
      case Stage.Undoing undoing -> undo(request, undoing);
      case Stage.WithKernel with ->
          throw new IllegalStateException("the kernel has it: " + request);
      case Stage.Ending ending -> sayLastWord(request, ending);
    };
  }

  private Turn enter(Request request) {
    return switch (register.enter(request)) {
      case Register.Entry.Entered entered -> new Turn.Goes(entered.request());
      case Register.Entry.InTheWay other ->
          failedTry(
              request,
              Duration.ZERO,
              Obstacle.needsTime("the wish of vCPU " + other.request().vcpu()));
    };
  }

  private Turn plan(Request request) {
    return switch (Plan.of(vm, request.frames(), request.wish().target())) {
      case Plan.Unbacked unbacked ->
          over(request, Roll.NOBODY, List.of(), new Settlement.Unbacked(unbacked.entirely()));
      case Plan.Pieces planned ->
          poisoned
              .touching(planned.pieces())
              .map(known -> over(request, Roll.NOBODY, List.of(), known))
              .orElseGet(() ->
                  goes(request, new Stage.Preparing(Roll.of(planned.pieces(), participants), 0)));
    };
  }

  private Turn prepare(Request request, Stage.Preparing preparing) {
    Roll roll = preparing.roll();
    if (preparing.ready() == roll.entries().size()) {
      return goes(request, allReady(request.wish().by(), roll));
    }
    Roll.Entry entry = roll.entries().get(preparing.ready());
    Participant who = entry.participant();
    Preparation answer =
        Answered.by("participant '" + who.name() + "'", "prepare", who.prepare(entry.piece()));
    Stage next =
        switch (answer) {
          case Preparation.Ready ready -> new Stage.Preparing(roll, preparing.ready() + 1);
          case Preparation.Refused refused ->
              ending(
                  roll,
                  owed(preparing),
                  new Ended.Settled(new Settlement.Refused(who.name(), refused.reason())));
          case Preparation.NeedsTime needs ->
              ending(roll, owed(preparing), new Ended.Later(who.name(), needs.hint()));
        };
    return new Turn.Goes(
        request.at(next),
        Optional.of(new RoadEvent.ParticipantPrepared(who.name(), entry.piece(), answer)));
  }

  /** Some designs change the pages before anybody is asked: then it is too late for an abort. */
  private List<LastWord> owed(Stage.Preparing preparing) {
    return preparing.roll().lastWords(preparing.ready(), states::allHave);
  }

  private static Stage allReady(Converter by, Roll roll) {
    return switch (by) {
      case VMM -> new Stage.Converting(roll, List.of(), List.of());
      case KVM -> new Stage.WithKernel(roll);
    };
  }

  private Turn convert(Request request, Stage.Converting at) {
    int done = at.converted().size();
    if (done == at.roll().pieces().size()) {
      return over(
          request, at.roll(), at.roll().lastWords(at.converted()::contains), Settlement.FULFILLED);
    }
    PlannedConversion piece = at.roll().pieces().get(done);
    boolean undoes = rules.afterPartial(request.wish().target()) == AfterPartial.UNDO;
    // A request of one piece has nothing to undo.
    boolean undoable = undoes && at.roll().pieces().size() > 1 && states.noneHas(piece);
    ConversionOutcome outcome = call(piece);
    if (outcome.succeeded()) {
      return goes(
          request,
          new Stage.Converting(
              at.roll(),
              with(at.converted(), piece),
              undoable ? with(at.undoable(), piece) : at.undoable()));
    }
    if (outcome instanceof ConversionOutcome.Blocked blocked) {
      Request tried = request.with(request.patience().afterFailedTry());
      return tried
          .patience()
          .next(Duration.ZERO)
          .<Turn>map(next -> new Turn.Waits(tried.with(next.then()), next.pause()))
          .orElseGet(() -> goes(tried, undoing(at, tried.givenUp(Obstacle.held(blocked)))));
    }
    return goes(request, undoing(at, new Settlement.Rejected(outcome)));
  }

  private static Stage undoing(Stage.Converting at, Settlement settlement) {
    return new Stage.Undoing(at.roll(), at.converted(), at.undoable(), settlement);
  }

  private Turn undo(Request request, Stage.Undoing at) {
    if (at.undoable().isEmpty()) {
      return over(
          request, at.roll(), at.roll().lastWords(at.converted()::contains), at.settlement());
    }
    PlannedConversion piece = at.undoable().getLast();
    PlannedConversion back =
        new PlannedConversion(
            piece.frames(), piece.target().opposite(), piece.memory(), piece.pages());
    boolean undone = call(back).succeeded();
    return goes(
        request,
        new Stage.Undoing(
            at.roll(),
            undone
                ? at.converted().stream().filter(one -> !one.equals(piece)).toList()
                : at.converted(),
            at.undoable().subList(0, at.undoable().size() - 1),
            at.settlement()));
  }

  private Turn sayLastWord(Request request, Stage.Ending at) {
    if (!at.owed().isEmpty()) {
      LastWord word = at.owed().getFirst();
      List<LastWord> rest = at.owed().subList(1, at.owed().size());
      try {
        word.say();
      } catch (RuntimeException | Error thrown) {
        return goes(
            request,
            new Stage.Ending(
                at.roll(), rest, with(at.broken(), new Broken(word, thrown)), at.ended()));
      }
      return new Turn.Goes(
          request.at(new Stage.Ending(at.roll(), rest, at.broken(), at.ended())),
          Optional.of(word.said()));
    }
    if (!at.broken().isEmpty()) {
      Settlement.Poisoned poison = poisoned.add(request.frames(), at.roll().pieces(), at.broken());
      Ended ended = at.ended().afterPoison(poison, at.broken());
      return new Turn.Goes(
          request.at(ending(at.roll(), List.of(), ended)),
          Optional.of(new RoadEvent.RangePoisoned(poison)));
    }
    return switch (at.ended()) {
      case Ended.Later later ->
          failedTry(
              request.at(Stage.PLANNING), later.hint(), Obstacle.needsTime(later.participant()));
      case Ended.Settled settled -> new Turn.Over(settled);
      case Ended.ByThrowing thrown -> new Turn.Over(thrown);
    };
  }

  /** Another try after a pause, if there is one; else it is over. Nobody is ready. */
  private static Turn failedTry(Request request, Duration hint, Obstacle why) {
    Request tried = request.with(request.patience().afterFailedTry());
    return tried
        .patience()
        .next(hint)
        .<Turn>map(next -> new Turn.Waits(tried.with(next.then()), next.pause()))
        .orElseGet(() -> new Turn.Over(new Ended.Settled(tried.givenUp(why))));
  }

  private ConversionOutcome call(PlannedConversion piece) {
    return vm.conversionScope() == ConversionScope.VM
        ? Answered.by(
            "the VM",
            "setMemoryAttributes",
            vm.setMemoryAttributes(piece.frames().bytes(), piece.target().attributes(), 0))
        : Answered.by(
            "the guest memory of " + piece.frames(),
            "convert",
            piece.memory().convert(ConversionRequest.of(piece.pages().bytes(), piece.target())));
  }

  private static Turn goes(Request request, Stage next) {
    return new Turn.Goes(request.at(next));
  }

  private static Turn over(Request request, Roll roll, List<LastWord> owed, Settlement settlement) {
    return goes(request, ending(roll, owed, new Ended.Settled(settlement)));
  }

  private static Stage.Ending ending(Roll roll, List<LastWord> owed, Ended ended) {
    return new Stage.Ending(roll, owed, List.of(), ended);
  }

  private static <T> List<T> with(List<T> list, T added) {
    return Stream.concat(list.stream(), Stream.of(added)).toList();
  }
}
