package io.github.gmem4j.cli.playing;

import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.seam.FaultSite;
import io.github.gmem4j.cli.journal.Lane;
import io.github.gmem4j.cli.journal.PageNames;
import io.github.gmem4j.cli.scenario.Expectation;
import io.github.gmem4j.cli.scenario.GuestDeed;
import io.github.gmem4j.cli.scenario.HostDeed;
import io.github.gmem4j.cli.scenario.InputException;
import io.github.gmem4j.cli.scenario.Scenario;
import io.github.gmem4j.cli.scenario.Step;
import io.github.gmem4j.cli.scenario.VmmDeed;
import io.github.gmem4j.cli.scenario.Words;
import io.github.gmem4j.cli.staging.HostProcess;
import io.github.gmem4j.cli.staging.KernelCalls;
import io.github.gmem4j.cli.staging.World;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Plays a scenario. */
public final class Player {
  private final World world;
  private final Belief belief;
  private final Verdicts verdicts = new Verdicts();
  private final List<Outcome> outcomes = new ArrayList<>();
  private final Map<Integer, GuestRun> open = new HashMap<>();
  private final Secrets secrets;
  private final List<Finding> findings = new ArrayList<>();
  private final Map<FaultSite, Step.GoesWrong> planned = new LinkedHashMap<>();
  private boolean isEndless;
  private boolean isStopped;
  private boolean wasStopped;

  private Player(World world, Scenario scenario) {
    this.world = world;
    this.belief = new Belief(scenario.memory().begins());
    this.secrets = new Secrets(world);
  }

  /**
   * Plays a scenario from its first step to its last, whatever fails on the way; but nothing comes
   * after a step without an end.
   *
   * @param scenario the scenario
   * @param world where it is staged
   * @throws InputException if a step asks for what the kernel refuses
   */
  public static Played play(Scenario scenario, World world) {
    Player player = new Player(world, scenario);
    for (Step step : scenario.steps()) {
      if (!player.isEndless) {
        player.play(step);
      }
    }
    return new Played(
        scenario,
        world.policy().traits().name(),
        world.journal().happenings(),
        player.outcomes,
        player.verdict(),
        player.wasStopped);
  }

  private Verdict verdict() {
    List<Finding> all = new ArrayList<>(findings);
    all.addAll(secrets.exposed());
    planned.values().stream()
        .filter(wrong -> !world.came(wrong.fault()))
        .map(wrong -> new Finding.Missed(wrong.place(), wrong.fault().site().name()))
        .forEach(all::add);
    return new Verdict(verdicts.held(), verdicts.failures(), all, secrets.defended());
  }

  private void play(Step step) {
    switch (step) {
      case Step.Note note -> world.journal().note(note.text());
      case Step.Run run -> play(run);
      case Step.GoOn goOn -> play(goOn);
      case Step.Host host -> host.does().forEach(deed -> play(host.process(), deed));
      case Step.Vmm vmm -> vmm.does().forEach(this::play);
      case Step.GoesWrong wrong -> {
        planned.put(wrong.fault().site(), wrong);
        world.plan(wrong.fault());
      }
      case Step.Check check -> play(check);
    }
  }

  private void play(Step.Run step) {
    if (open.containsKey(step.vcpu())) {
      throw new InputException(
          step.place(),
          "vCPU %d has left KVM_RUN and waits; let it go on first".formatted(step.vcpu()));
    }
    int begin = world.journal().size();
    GuestRun run = new GuestRun(step, world, belief);
    switch (step.until()) {
      case FIRST_EXIT -> {
        if (!isStopped) {
          run.toFirstExit();
        }
        open.put(step.vcpu(), run);
      }
      case DONE -> {
        toEnd(run);
        close(run);
      }
    }
    compareEvents(step, world.journal().roadSince(begin));
  }

  private void play(Step.GoOn step) {
    GuestRun run = open.remove(step.vcpu());
    if (run == null) {
      throw new InputException(
          step.place(),
          "vCPU %d did not run until its first exit, so it cannot go on".formatted(step.vcpu()));
    }
    toEnd(run);
    close(run);
  }

  private void toEnd(GuestRun run) {
    if (!isStopped) {
      run.toEnd();
      if (run.isStopped()) {
        isStopped = true;
        wasStopped = true;
        world.journal().deed(Lane.VMM, Lane.VMM, "stops the VM: its guest cannot go on");
        run.stopped().ifPresent(findings::add);
      }
      secrets.catchUp();
    }
  }

  private void close(GuestRun run) {
    run.endless().ifPresent(findings::add);
    isEndless |= run.endless().isPresent();
    List<Outcome> ofRun = run.outcomes();
    for (int i = 0; i < ofRun.size(); i++) {
      verdicts.compare(
          run.step().does().get(i).expected(),
          "action %d of vCPU %d".formatted(i + 1, run.step().vcpu()),
          ofRun.get(i).result());
      if (run.step().does().get(i) instanceof GuestDeed.InDetail detailed) {
        verdicts.compare(
            detailed.detail(),
            "registers after action %d of vCPU %d".formatted(i + 1, run.step().vcpu()),
            run.detail(i));
      }
    }
    outcomes.addAll(ofRun);
  }

  private void compareEvents(Step.Run run, List<RoadEvent> events) {
    List<String> exits =
        events.stream()
            .filter(RoadEvent.RunLeft.class::isInstance)
            .map(event -> Words.of(((RoadEvent.RunLeft) event).exit()))
            .toList();
    verdicts.compare(run.exits(), "exits of vCPU " + run.vcpu(), Words.of(exits));
    long holds = events.stream().filter(RoadEvent.VcpuHeld.class::isInstance).count();
    verdicts.compare(run.holds(), "holds of vCPU " + run.vcpu(), Long.toString(holds));
  }

  private void play(String name, HostDeed deed) {
    HostProcess process = world.process(name);
    Outcome outcome =
        switch (deed) {
          case HostDeed.Touch touch -> host(name, "touch", process.touch(touch.page()));
          case HostDeed.Read read -> host(name, "read", process.read(read.page()));
          case HostDeed.Write write ->
              host(name, "write", process.write(write.page(), write.value()));
          case HostDeed.Pin pin ->
              host(name, "pin", process.pin(pin.page(), pin.kind(), pin.lasts()));
          case HostDeed.ReadPinned read ->
              host(name, "read-pinned", process.readPinned(read.page()));
          case HostDeed.KeepTouching keep -> {
            process.keepTouching(keep.page());
            yield host(name, "keep-touching", Words.OK);
          }
          case HostDeed.Unpin unpin -> {
            process.unpin(unpin.page());
            yield host(name, "unpin", Words.OK);
          }
        };
    boolean pastTables = deed instanceof HostDeed.ReadPinned;
    if (pastTables || deed instanceof HostDeed.Read) {
      secrets.judge(name, deed.page(), pastTables, outcome.result());
    }
    verdicts.compare(deed.expected(), name + " at " + deed.page(), outcome.result());
    outcomes.add(outcome);
  }

  private Outcome host(String name, String action, String result) {
    return new Outcome(Outcome.By.HOST, name, action, result, world.journal().now());
  }

  private void play(VmmDeed deed) {
    KernelCalls calls = world.machine().calls();
    switch (deed) {
      case VmmDeed.Convert convert ->
          vmm(
              "convert",
              "conversion of " + PageNames.of(convert.pages()),
              convert.expected(),
              Words.of(world.machine().convert(convert.target(), convert.pages())));
      case VmmDeed.Attributes set ->
          vmm(
              "attributes",
              "attributes of " + set.range(),
              set.expected(),
              calls.setAttributes(set.target(), set.range()));
      case VmmDeed.Discard discard ->
          vmm(
              "discard",
              "discard of " + PageNames.of(discard.pages()),
              discard.expected(),
              calls.discard(discard.pages()));
      case VmmDeed.Allocate allocate ->
          vmm(
              "allocate",
              "allocation of " + PageNames.of(allocate.pages()),
              allocate.expected(),
              calls.allocate(allocate.pages()));
      case VmmDeed.Poison poison ->
          vmm(
              "poison",
              "memory error on " + poison.page(),
              poison.expected(),
              calls.poison(poison.page()));
      case VmmDeed.Prefault prefault ->
          vmm(
              "prefault",
              "prefault of " + prefault.range(),
              prefault.expected(),
              calls.prefault(prefault.vcpu(), prefault.range()));
      case VmmDeed.Populate populate ->
          vmm(
              "populate",
              "image at " + populate.range(),
              populate.expected(),
              calls.populate(populate.range()));
      case VmmDeed.FinalizeLaunch completed ->
          vmm("finalize", "launch", completed.expected(), world.machine().finalizeLaunch());
      case VmmDeed.SetSlot set ->
          vmm(
              "set-slot",
              "slot " + set.numbers().slot(),
              set.expected(),
              calls.setSlot(set.numbers(), set.isBound()));
      case VmmDeed.Interrupt interrupt -> calls.interrupt(interrupt.vcpu());
      case VmmDeed.Kick kick -> calls.kick(kick.vcpu(), kick.after());
      case VmmDeed.Bind bind -> world.machine().bind(bind.slot());
      case VmmDeed.Unbind unbind -> world.machine().unbind(unbind.place(), unbind.slot());
      case VmmDeed.Restart restart -> {
        forgetGuest();
        world.restart();
      }
      case VmmDeed.Reboot reboot -> {
        forgetGuest();
        vmm(
            "reboot",
            "reset of the memory",
            reboot.expected(),
            world.reboot(reboot.memory()).map(Words::of).orElse(Words.NONE));
      }
    }
  }

  private void vmm(String action, String of, Optional<Expectation> expected, String got) {
    verdicts.compare(expected, of, got);
    outcomes.add(new Outcome(Outcome.By.VMM, "VMM", action, got, world.journal().now()));
  }

  /** What its vCPUs left open goes with the guest. */
  private void forgetGuest() {
    isStopped = false;
    belief.forget();
    open.values().forEach(this::close);
    open.clear();
  }

  /** A check is one expectation, however many pages it is about. */
  private void play(Step.Check check) {
    Expectation expected = new Expectation(check.place(), Words.of(check.state()));
    for (long page = check.pages().first().value(); page < check.pages().endExclusive(); page++) {
      Shareability state = world.machine().stateOf(new PageIndex(page));
      if (state != check.state()) {
        verdicts.compare(expected, "page " + page, Words.of(state));
        return;
      }
    }
    verdicts.compare(expected, PageNames.of(check.pages()), Words.of(check.state()));
  }
}
