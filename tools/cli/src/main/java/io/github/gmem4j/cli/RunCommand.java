package io.github.gmem4j.cli;

import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.cli.choosing.Breaking;
import io.github.gmem4j.cli.choosing.Policies;
import io.github.gmem4j.cli.playing.Played;
import io.github.gmem4j.cli.playing.Player;
import io.github.gmem4j.cli.reading.ScenarioReader;
import io.github.gmem4j.cli.scenario.InputException;
import io.github.gmem4j.cli.scenario.PolicyName;
import io.github.gmem4j.cli.scenario.Scenario;
import io.github.gmem4j.cli.staging.Backend;
import io.github.gmem4j.cli.staging.GuestSoftware;
import io.github.gmem4j.cli.staging.World;
import io.github.gmem4j.cli.telling.JsonLines;
import io.github.gmem4j.cli.telling.SequenceDiagram;
import io.github.gmem4j.cli.telling.Timeline;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code gmem run}: reads scenarios, plays them, shows what happened.
 *
 * @param out where the story goes
 * @param err where it says on what it plays, if not in memory
 * @param policies those that are installed
 * @param policy the policy to play them under, in place of the one they name
 * @param backend on what to play them
 * @param json whether the story is told as JSON lines
 */
record RunCommand(
    PrintWriter out,
    PrintWriter err,
    Policies policies,
    Optional<String> policy,
    Backend backend,
    boolean json) {
  int run(List<Path> files, @Nullable Path diagram) {
    if (diagram != null && files.size() > 1) {
      throw new InputException("--diagram is for one scenario, and here are " + files.size());
    }
    boolean good = true;
    for (int i = 0; i < files.size(); i++) {
      Played played = play(files.get(i));
      if (i > 0 && !json) {
        out.println();
      }
      out.print(json ? JsonLines.of(played) : Timeline.of(played));
      out.flush();
      if (diagram != null) {
        Output.write(diagram, SequenceDiagram.of(played));
      }
      good &= played.isGood();
    }
    return good ? ExitCode.GOOD : ExitCode.CHECK_FAILED;
  }

  private Played play(Path file) {
    Scenario scenario =
        policy
            .map(name -> ScenarioReader.readFor(new PolicyName(name), file))
            .orElseGet(() -> ScenarioReader.read(file));
    PolicyName name =
        scenario
            .policy()
            .orElseThrow(() ->
                new InputException(
                    file
                        + ": names no policy; say one with --policy, or play it under all with"
                        + " 'gmem compare'"));
    ConversionPolicy chosen = GuestSoftware.chosen(policies.named(name), scenario);
    return Breaking.at(chosen, () -> play(scenario, chosen));
  }

  private Played play(Scenario scenario, ConversionPolicy chosen) {
    try (World world = new World(scenario, chosen, backend)) {
      world.stage().ifPresent(sentence -> err.println("gmem: " + sentence));
      return Player.play(scenario, world);
    }
  }
}
