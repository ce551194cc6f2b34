package io.github.gmem4j.cli.playing;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.road.RoadEvent;
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
import io.github.gmem4j.cli.staging.World;
import java.util.List;

/** Plays a scenario. */
public final class Player {
  private final World world;
  private final Verdicts verdicts = new Verdicts();

  private Player(World world) {
    this.world = world;
  }

  /**
   * Plays a scenario from its first step to its last, whatever fails on the way.
   *
   * @throws InputException if it cannot be staged, or a step asks for what the kernel refuses
   */
  public static Played play(Scenario scenario) {
    Player player = new Player(new World(scenario));
    scenario.steps().forEach(player::play);
    return new Played(
        scenario,
        player.world.journal().happenings(),
        player.verdicts.held(),
        player.verdicts.failures());
  }

  private void play(Step step) {
    switch (step) {
      case Step.Note note -> world.journal().note(note.text());
      case Step.Run run -> play(run);
      case Step.Host host -> host.does().forEach(deed -> play(host.process(), deed));
      case Step.Vmm vmm -> vmm.does().forEach(this::play);
      case Step.Check check -> play(check);
    }
  }

  private void play(Step.Run run) {
    int begin = world.journal().size();
    GuestProgram program = new GuestProgram(run.does().stream().map(GuestDeed::action).toList());
    List<ActionResult> results = world.machine().run(run.vcpu(), program);
    for (int i = 0; i < run.does().size(); i++) {
      verdicts.compare(
          run.does().get(i).expected(),
          "action %d of vCPU %d".formatted(i + 1, run.vcpu()),
          i < results.size() ? Words.of(results.get(i)) : "unfinished");
    }
    List<RoadEvent> events = world.journal().roadSince(begin);
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
    String got =
        switch (deed) {
          case HostDeed.Touch touch -> process.touch(touch.page());
          case HostDeed.Read read -> process.read(read.page());
          case HostDeed.Write write -> process.write(write.page(), write.value());
          case HostDeed.Pin pin -> process.pin(pin.page(), pin.kind(), pin.lasts());
          case HostDeed.KeepTouching keep -> {
            process.keepTouching(keep.page());
            yield Words.OK;
          }
          case HostDeed.Unpin unpin -> {
            process.unpin(unpin.page());
            yield Words.OK;
          }
        };
    verdicts.compare(deed.expected(), name + " at " + deed.page(), got);
  }

  private void play(VmmDeed deed) {
    switch (deed) {
      case VmmDeed.Convert convert ->
          verdicts.compare(
              convert.expected(),
              "conversion of " + PageNames.of(convert.pages()),
              Words.of(world.machine().convert(convert.target(), convert.pages())));
      case VmmDeed.Bind bind -> world.machine().bind(bind.slot());
      case VmmDeed.Unbind unbind -> world.machine().unbind(unbind.place(), unbind.slot());
      case VmmDeed.Restart restart -> world.restart();
    }
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
