package io.github.gmem4j.cli.playing;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.cli.journal.Journal;
import io.github.gmem4j.cli.scenario.Expectation;
import io.github.gmem4j.cli.scenario.GuestDeed;
import io.github.gmem4j.cli.scenario.Step;
import io.github.gmem4j.cli.scenario.Words;
import io.github.gmem4j.cli.staging.Ending;
import io.github.gmem4j.cli.staging.Machine;
import io.github.gmem4j.cli.staging.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A vCPU's step. What the guest takes memory for is known only once a request has succeeded or
 * failed, so an access that depends on it begins a program of its own.
 */
final class GuestRun {
  private static final String HALT = Words.of(new Exit.Halt());

  private final Step.Run step;
  private final Machine machine;
  private final GuestKernel guest;
  private final Belief belief;
  private final Journal journal;
  private final Treadmill treadmill;
  private final int firstHappening;
  private final List<GuestAction> begun = new ArrayList<>();
  private final List<ActionResult> results = new ArrayList<>();
  private int beforeProgram;
  private Optional<Exit> unanswered = Optional.empty();
  private Ending ending = Ending.BY_ITSELF;

  GuestRun(Step.Run step, World world, Belief belief) {
    this.step = step;
    this.machine = world.machine();
    this.guest = world.policy().guest();
    this.belief = belief;
    this.journal = world.journal();
    this.treadmill = new Treadmill(journal, world::isQuiet);
    this.firstHappening = journal.size();
  }

  Step.Run step() {
    return step;
  }

  /** Runs until something has to be answered, or until the step is over. */
  void toFirstExit() {
    while (isUnderWay() && unanswered.isEmpty()) {
      Exit exit = beginNextProgram();
      unanswered = exit instanceof Exit.Halt ? Optional.empty() : Optional.of(exit);
      takeResults();
    }
  }

  /** Answers what is unanswered, and runs until the step is over. */
  void toEnd() {
    unanswered.ifPresent(this::answer);
    unanswered = Optional.empty();
    while (isUnderWay()) {
      answer(beginNextProgram());
    }
  }

  /** Tells whether something is left to do, and the guest came as far as to do it. */
  private boolean isUnderWay() {
    return ending == Ending.BY_ITSELF
        && begun.size() < step.does().size()
        && results.size() == begun.size();
  }

  private void answer(Exit exit) {
    ending = machine.finish(step.vcpu(), exit, treadmill::isEndless);
    takeResults();
  }

  private Exit beginNextProgram() {
    List<GuestAction> program = new ArrayList<>();
    boolean asked = false;
    for (GuestDeed deed : step.does().subList(begun.size(), step.does().size())) {
      if (asked && deed instanceof GuestDeed.AsBelieved) {
        break;
      }
      GuestAction action = actionOf(deed);
      asked |= action instanceof GuestAction.Request;
      program.add(action);
    }
    beforeProgram = begun.size();
    begun.addAll(program);
    return machine.begin(step.vcpu(), new GuestProgram(program));
  }

  private GuestAction actionOf(GuestDeed deed) {
    return switch (deed) {
      case GuestDeed.Exactly exactly -> exactly.action();
      case GuestDeed.AsBelieved open -> open.access().as(belief.of(open.access().at()));
      case GuestDeed.InDetail detailed -> detailed.action();
      case GuestDeed.Accept accept ->
          guest
              .acceptance(accept.at())
              .<GuestAction>map(GuestAction.Execute::new)
              .orElseGet(() -> new GuestAction.Touch(accept.at(), Shareability.PRIVATE));
    };
  }

  private void takeResults() {
    List<ActionResult> ofProgram = machine.results(step.vcpu());
    for (int i = results.size() - beforeProgram; i < ofProgram.size(); i++) {
      ActionResult result = ofProgram.get(i);
      if (result instanceof ActionResult.Fulfilled
          && begun.get(results.size()) instanceof GuestAction.Request request) {
        belief.got(request.range(), request.target());
      }
      if (step.does().get(results.size()) instanceof GuestDeed.Accept accept
          && Words.of(result).equals(Words.OK)) {
        belief.got(new GpaRange(accept.at(), ByteCount.PAGE), Shareability.PRIVATE);
      }
      results.add(result);
    }
  }

  /** Returns what the guest does, as a word. */
  private String wordOf(int deed) {
    return step.does().get(deed) instanceof GuestDeed.Accept
        ? Words.ACCEPT
        : Words.of(deed < begun.size() ? begun.get(deed) : actionOf(step.does().get(deed)));
  }

  /** Returns what the guest got in detail; none if it did not come so far. */
  String detail(int deed) {
    return deed < results.size() ? Words.detailOf(results.get(deed)) : Words.NONE;
  }

  /** Returns what the guest did and what it got, as far as it came; the rest is unfinished. */
  List<Outcome> outcomes() {
    List<Outcome> outcomes = new ArrayList<>();
    List<Duration> times = journal.finishedSince(firstHappening, step.vcpu());
    for (int i = 0; i < step.does().size(); i++) {
      outcomes.add(
          new Outcome(
              Outcome.By.GUEST,
              "vCPU " + step.vcpu(),
              wordOf(i),
              i < results.size() ? Words.of(results.get(i)) : Words.UNFINISHED,
              i < results.size() ? times.get(i) : journal.now()));
    }
    return outcomes;
  }

  /** Tells whether the VMM had to stop the VM. */
  boolean isStopped() {
    return ending == Ending.STOPPED;
  }

  /** Returns the endless loop in which it is, if it is in one. */
  Optional<Finding> endless() {
    return ending == Ending.NONE
        ? Optional.of(treadmill.finding(step.vcpu(), stuckAt()))
        : Optional.empty();
  }

  /** Returns the end of the VM if this is where it came and the step does not say so. */
  Optional<Finding> stopped() {
    return isStopped() && !isStopExpected()
        ? Optional.of(new Finding.Stopped(step.vcpu(), stuckAt(), why(), journal.now()))
        : Optional.empty();
  }

  private boolean isStopExpected() {
    boolean byAction =
        results.size() < step.does().size()
            && isUnfinished(step.does().get(results.size()).expected());
    return byAction || step.exits().filter(exits -> !exits.word().endsWith(HALT)).isPresent();
  }

  private static boolean isUnfinished(Optional<Expectation> expected) {
    return expected.filter(one -> one.word().equals(Words.UNFINISHED)).isPresent();
  }

  /** Returns what the guest does not get past. */
  private String stuckAt() {
    return wordOf(Math.min(results.size(), step.does().size() - 1));
  }

  /** Returns why it last left {@code run()}. */
  private String why() {
    return journal.roadSince(firstHappening).stream()
        .filter(RoadEvent.RunLeft.class::isInstance)
        .map(event -> ((RoadEvent.RunLeft) event).exit())
        .reduce((first, second) -> second)
        .map(exit ->
            exit instanceof Exit.Failed failed
                ? failed.errno() + ", " + failed.reason()
                : Words.of(exit))
        .orElse(Words.NONE);
  }
}
