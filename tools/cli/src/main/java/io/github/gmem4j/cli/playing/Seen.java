package io.github.gmem4j.cli.playing;

import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.cli.journal.Happening;
import io.github.gmem4j.cli.scenario.Words;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What came of a story that expects nothing, for its reader to judge. */
final class Seen {
  /** How much is told; the timeline has the rest. */
  private static final int SHOWN = 200;

  private Seen() {}

  static String of(Played played) {
    Map<String, List<String>> byActor = new LinkedHashMap<>();
    for (Outcome outcome : played.outcomes()) {
      byActor
          .computeIfAbsent(outcome.actor(), actor -> new ArrayList<>())
          .add(outcome.action() + " " + outcome.result());
    }
    List<String> parts = new ArrayList<>();
    byActor.forEach((actor, outcomes) -> parts.add(actor + ": " + Words.of(outcomes)));
    List<String> exits = exits(played.happenings());
    if (!exits.isEmpty()) {
      parts.add("exits: " + Words.of(exits));
    }
    String all = String.join("; ", parts);
    if (all.isEmpty()) {
      return "nobody did anything";
    }
    return "seen: " + (all.length() <= SHOWN ? all : all.substring(0, SHOWN).strip() + " ...");
  }

  /** Returns why {@code run()} returned, each time, in order. */
  private static List<String> exits(List<Happening> happenings) {
    List<String> exits = new ArrayList<>();
    for (Happening happening : happenings) {
      if (happening instanceof Happening.OnRoad road
          && road.event() instanceof RoadEvent.RunLeft left) {
        exits.add(Words.of(left.exit()));
      }
    }
    return exits;
  }
}
