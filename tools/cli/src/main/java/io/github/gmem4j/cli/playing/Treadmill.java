package io.github.gmem4j.cli.playing;

import io.github.gmem4j.api.memory.Blocker;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.participant.Preparation;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.cli.journal.Happening;
import io.github.gmem4j.cli.journal.Journal;
import io.github.gmem4j.cli.scenario.Words;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Tells whether a vCPU's step goes round in a circle. It does if it leaves {@code run()} again and
 * again in the same way after the same events, while no action is finished and nobody else has
 * anything left to do: then the next round has no reason to differ. Time does not count, since a
 * VMM that waits makes it pass; the number of a try does, since a patience ends.
 *
 * <p>For what goes on too long without being the same, there is a bound.
 */
final class Treadmill {
  /** Rounds; more than anything that counts in secret counts to, such as a guest's retries. */
  private static final int ROUNDS = 64;

  /** How often a vCPU may leave, or be held, without finishing an action. */
  private static final int MOST = 10_000;

  private final Journal journal;
  private final BooleanSupplier isQuiet;
  private final Map<Integer, Integer> rounds = new HashMap<>();
  private final Map<String, Integer> exits = new LinkedHashMap<>();
  private final Set<RoadEvent> differentExits = new HashSet<>();
  private final Set<String> enders = new LinkedHashSet<>();
  private Optional<Duration> since = Optional.empty();
  private int looked;
  private int round = 1;
  private int left;
  private int held;
  private boolean isRound;
  private boolean hasChanged;

  /**
   * Begins to watch.
   *
   * @param isQuiet whether nobody but the vCPU and its VMM has anything left to do
   */
  Treadmill(Journal journal, BooleanSupplier isQuiet) {
    this.journal = journal;
    this.isQuiet = isQuiet;
    this.looked = journal.size();
  }

  /** Looks at what happened since it was called last: is there no end to it? */
  boolean isEndless() {
    for (Happening happening : journal.since(looked)) {
      if (happening instanceof Happening.OnRoad road) {
        note(road.at(), road.event());
      }
    }
    looked = journal.size();
    return isRound || left >= MOST || held >= MOST;
  }

  private void note(Duration at, RoadEvent event) {
    round = 31 * round + event.hashCode();
    switch (event) {
      case RoadEvent.ActionFinished finished -> forget();
      case RoadEvent.VcpuHeld hold -> {
        held++;
        begin(at);
      }
      case RoadEvent.RunLeft exit -> {
        left++;
        begin(at);
        exits.merge(Words.of(exit.exit()), 1, Integer::sum);
        differentExits.add(exit);
        isRound |= rounds.merge(round, 1, Integer::sum) >= ROUNDS && isQuiet.getAsBoolean();
        round = 1;
      }
      case RoadEvent.ConversionTried tried -> {
        hasChanged |= tried.outcome() instanceof ConversionOutcome.Converted;
        if (tried.outcome() instanceof ConversionOutcome.Blocked blocked) {
          blocked.blockers().forEach(blocker -> enders.add(holder(blocker)));
        }
      }
      case RoadEvent.PagesFlipped flipped -> hasChanged = true;
      case RoadEvent.LastReferenceDropped dropped -> hasChanged = true;
      case RoadEvent.ParticipantPrepared prepared -> {
        if (prepared.answer() instanceof Preparation.NeedsTime) {
          enders.add(prepared.participant() + ", which needs time");
        }
      }
      default -> {}
    }
  }

  private static String holder(Blocker blocker) {
    return "%s, which holds %s (%s)"
        .formatted(blocker.holder(), blocker.page(), Words.of(blocker.kind()));
  }

  private void begin(Duration at) {
    since = since.or(() -> Optional.of(at));
  }

  /** The guest got on: whatever came before does not count. */
  private void forget() {
    rounds.clear();
    exits.clear();
    differentExits.clear();
    enders.clear();
    hasChanged = false;
    since = Optional.empty();
    left = 0;
    held = 0;
  }

  /**
   * Returns what was found.
   *
   * @param action what the guest does not get past, as a word
   */
  Finding.Endless finding(int vcpu, String action) {
    List<String> repeats = new ArrayList<>();
    exits.forEach((exit, times) -> repeats.add(exit + " x " + times));
    if (left >= ROUNDS && differentExits.size() == left) {
      repeats.add("no two of them alike");
    }
    if (held > 0) {
      repeats.add("held x " + held);
    }
    if (!hasChanged && isQuiet.getAsBoolean()) {
      repeats.add("and nothing changes");
    }
    List<String> all = new ArrayList<>(enders);
    if (all.isEmpty()) {
      all.add("the guest, which asks again");
    }
    all.add("the VMM, which goes on trying");
    return new Finding.Endless(
        vcpu, action, since.orElse(journal.now()), journal.now(), repeats, all);
  }
}
