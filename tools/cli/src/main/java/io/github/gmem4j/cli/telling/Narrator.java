package io.github.gmem4j.cli.telling;

import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.cli.journal.Happening;
import io.github.gmem4j.cli.journal.Lane;
import io.github.gmem4j.cli.scenario.Scenario;
import io.github.gmem4j.cli.scenario.Words;
import io.github.gmem4j.cli.telling.Line.Message;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Puts what happened into words, one line for each happening. For one story. */
final class Narrator {
  private final MemoryWords memory;
  private final boolean namesVcpus;
  // What each vCPU's VMM answers next: its last exit that was no failure.
  private final Map<Integer, Exit> answered = new HashMap<>();
  private boolean inGuest;

  private Narrator(Scenario scenario) {
    this.memory = new MemoryWords(scenario.kernel());
    this.namesVcpus = scenario.vcpus() > 1;
  }

  /** Returns a line for each happening, in order. */
  static List<Line> tell(Scenario scenario, List<Happening> happenings) {
    Narrator narrator = new Narrator(scenario);
    return happenings.stream().map(narrator::tell).toList();
  }

  private Line tell(Happening happening) {
    return switch (happening) {
      case Happening.Note note -> new Line.Heading(note.text());
      case Happening.Deed deed ->
          new Message(deed.at(), deed.by(), deed.to(), deed.by(), deed.text());
      case Happening.OnRoad road -> tell(road.at(), road.event());
    };
  }

  private Message tell(Duration at, RoadEvent event) {
    return switch (event) {
      case RoadEvent.ActionBegun begun ->
          note(at, Lane.GUEST, vcpu(begun.vcpu()) + GuestWords.of(begun.action()));
      case RoadEvent.CallMade made ->
          sent(at, Lane.GUEST, Lane.KVM, vcpu(made.vcpu()) + GuestWords.of(made.call()));
      case RoadEvent.CallReturned returned ->
          new Message(
              at,
              Lane.KVM,
              Lane.GUEST,
              Lane.GUEST,
              vcpu(returned.vcpu()) + GuestWords.of(returned.result()));
      case RoadEvent.InstructionExecuted executed ->
          note(at, Lane.GUEST, vcpu(executed.vcpu()) + GuestWords.of(executed.instruction()));
      case RoadEvent.ActionFinished finished ->
          note(
              at,
              Lane.GUEST,
              vcpu(finished.vcpu()) + GuestWords.of(finished.action(), finished.result()));
      case RoadEvent.RunLeft left -> {
        inGuest = false;
        if (!(left.exit() instanceof Exit.Failed)) {
          answered.put(left.vcpu(), left.exit());
        }
        yield sent(at, Lane.KVM, Lane.VMM, vcpu(left.vcpu()) + KvmWords.of(left.exit()));
      }
      case RoadEvent.RunEntered entered -> {
        inGuest = true;
        yield sent(
            at,
            Lane.VMM,
            Lane.KVM,
            vcpu(entered.vcpu()) + KvmWords.of(entered.reply(), answered.get(entered.vcpu())));
      }
      case RoadEvent.PageMapped mapped ->
          note(at, Lane.KVM, vcpu(mapped.vcpu()) + KvmWords.mapped(mapped.gfn(), mapped.as()));
      case RoadEvent.WishRead read ->
          note(at, Lane.VMM, vcpu(read.vcpu()) + VmmWords.of(read.wish()));
      case RoadEvent.ParticipantPrepared prepared ->
          sent(at, Lane.of(prepared.participant()), Lane.VMM, VmmWords.of(prepared.answer()));
      case RoadEvent.ParticipantCommitted committed ->
          sent(at, Lane.of(committed.participant()), Lane.VMM, "commits");
      case RoadEvent.ParticipantAborted aborted ->
          sent(at, Lane.of(aborted.participant()), Lane.VMM, "aborts");
      case RoadEvent.VcpuHeld held ->
          note(
              at,
              Lane.VMM,
              "holds vCPU %d for %d ms".formatted(held.vcpu(), held.pause().toMillis()));
      case RoadEvent.WishSettled settled ->
          note(at, Lane.VMM, vcpu(settled.vcpu()) + VmmWords.of(settled.settlement()));
      case RoadEvent.RangePoisoned poisoned ->
          note(
              at,
              Lane.VMM,
              "%s is poisoned, %s"
                  .formatted(poisoned.poison().range(), poisoned.poison().reason()));
      case RoadEvent.ConversionTried tried ->
          new Message(
              at,
              inGuest ? Lane.KVM : Lane.VMM,
              Lane.MEMORY,
              Lane.MEMORY,
              memory.of(tried.range(), tried.target(), tried.outcome()));
      case RoadEvent.PagesWithheld withheld ->
          note(
              at,
              Lane.KVM,
              vcpu(withheld.vcpu()) + KvmWords.withheld(withheld.range(), withheld.from()));
      case RoadEvent.PagesFlipped flipped ->
          new Message(
              at,
              Lane.KVM,
              Lane.MEMORY,
              Lane.MEMORY,
              "no check: %s %s now"
                  .formatted(GuestWords.range(flipped.range()), Words.of(flipped.target())));
      case RoadEvent.LastReferenceDropped dropped ->
          note(at, Lane.MEMORY, "no reference left on " + dropped.page() + ": it is private");
      case RoadEvent.PrivatePageReached reached ->
          note(
              at,
              Lane.MEMORY,
              "%s reaches private %s: %s"
                  .formatted(
                      Words.of(reached.attempt().accessor()),
                      reached.page(),
                      Words.of(reached.reach())));
    };
  }

  private static Message note(Duration at, Lane by, String text) {
    return new Message(at, by, by, by, text);
  }

  private static Message sent(Duration at, Lane from, Lane to, String text) {
    return new Message(at, from, to, from, text);
  }

  private String vcpu(int id) {
    return namesVcpus ? "vCPU " + id + ": " : "";
  }
}
