package io.github.gmem4j.cli.comparing;

import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.policy.PolicyTraits;
import io.github.gmem4j.cli.choosing.Breaking;
import io.github.gmem4j.cli.playing.Finding;
import io.github.gmem4j.cli.playing.Played;
import io.github.gmem4j.cli.playing.Player;
import io.github.gmem4j.cli.scenario.InputException;
import io.github.gmem4j.cli.scenario.Scenario;
import io.github.gmem4j.cli.staging.Backend;
import io.github.gmem4j.cli.staging.GuestSoftware;
import io.github.gmem4j.cli.staging.World;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One story under several policies.
 *
 * @param story the story
 * @param rows what came of it, a row for each policy
 */
public record Comparison(Scenario story, List<Row> rows) {
  /** Copies the list. */
  public Comparison {
    rows = List.copyOf(rows);
  }

  /** Plays a story under each of some policies, in their order. */
  public static Comparison of(Scenario story, List<ConversionPolicy> policies) {
    return new Comparison(story, policies.stream().map(policy -> play(story, policy)).toList());
  }

  private static Row play(Scenario story, ConversionPolicy policy) {
    PolicyTraits traits = Breaking.at(policy, policy::traits);
    if (!traits.vmType().privateMemory()) {
      return new Row.Untold(traits, "its VMs have no private memory");
    }
    Contents contents = new Contents();
    Remembered remembered = new Remembered();
    try (World world =
        new World(
            story,
            new WatchedPolicy(GuestSoftware.chosen(policy, story), remembered, contents),
            Backend.MEMORY)) {
      Watch watch = new Watch(world, contents);
      world.journal().follow(watch);
      Played played = Player.play(story, world);
      return new Row.Told(
          traits, played, Counting.of(played, world.refaults(), contents, remembered, watch));
    } catch (InputException e) {
      return new Row.Untold(traits, e.getMessage());
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
      // Anybody can install a policy; a broken one must not hide what the others do.
      return new Row.Untold(traits, "the policy " + Breaking.sentence(e));
    }
  }

  /** Tells whether nothing is not good under any policy, and what was to go wrong did under one. */
  public boolean isGood() {
    return rows.stream().allMatch(Row::isGood) && missed().isEmpty();
  }

  /** Returns what was to go wrong and did under no policy, each as a sentence. */
  List<String> missed() {
    List<Set<String>> byRow =
        rows.stream()
            .filter(Row.Told.class::isInstance)
            .map(row -> missedBy((Row.Told) row))
            .toList();
    Set<String> byAll = new LinkedHashSet<>(byRow.isEmpty() ? Set.of() : byRow.getFirst());
    byRow.forEach(byAll::retainAll);
    return List.copyOf(byAll);
  }

  private static Set<String> missedBy(Row.Told told) {
    return told.played().verdict().findings().stream()
        .filter(Finding.Missed.class::isInstance)
        .map(Finding::sentence)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }
}
