package io.github.gmem4j.cli.comparing;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.SystemEventKind;
import io.github.gmem4j.cli.comparing.Tally.Borne;
import io.github.gmem4j.cli.comparing.Tally.Conversions;
import io.github.gmem4j.cli.comparing.Tally.Exposure;
import io.github.gmem4j.cli.comparing.Tally.Notices;
import io.github.gmem4j.cli.comparing.Tally.Retries;
import io.github.gmem4j.cli.journal.Happening;
import io.github.gmem4j.cli.playing.Finding;
import io.github.gmem4j.cli.playing.Outcome;
import io.github.gmem4j.cli.playing.Played;
import io.github.gmem4j.cli.scenario.Words;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Counts what happened in a story that was played. For one story. */
final class Counting {
  private record Conversion(ByteRange range, Shareability target) {}

  private final SortedMap<String, Integer> exits = new TreeMap<>();
  private final Map<Integer, Duration> leftAt = new HashMap<>();
  private final Map<Integer, Set<GuestCall>> callsOfRequest = new HashMap<>();
  private final Set<Conversion> failedInRun = new HashSet<>();
  private boolean inRun;
  private int runs;
  private int byVmm;
  private int byVmmFailed;
  private int byKvm;
  private int byKvmFailed;
  private int flips;
  private int lastReferences;
  private int prepared;
  private int committed;
  private int aborted;
  private int guestRetries;
  private int vmmRetries;
  private int kernelRetries;
  private Duration frozen = Duration.ZERO;
  private int failures;
  private int exceptions;
  private int ends;

  private Counting() {}

  /** Returns what was counted. */
  static Tally of(
      Played played, int refaults, Contents contents, Remembered remembered, Watch watch) {
    Counting counting = new Counting();
    for (Happening happening : played.happenings()) {
      if (happening instanceof Happening.OnRoad road) {
        counting.count(road.at(), road.event());
      }
    }
    int unfinished =
        (int)
            played.outcomes().stream()
                .filter(outcome -> outcome.by() == Outcome.By.GUEST)
                .filter(outcome -> outcome.result().equals(Words.UNFINISHED))
                .count();
    boolean isEndless = has(played, Finding.Endless.class) > 0;
    return counting.tally(
        refaults,
        contents,
        remembered,
        new Borne(
            isEndless ? counting.frozenUntil(played.happenings().getLast().at()) : counting.frozen,
            counting.failures,
            counting.exceptions,
            counting.ends,
            watch.toldUntruly(),
            watch.ambiguousFaults(),
            unfinished,
            played.isStopped(),
            isEndless),
        new Exposure(has(played, Finding.Exposed.class), played.verdict().defended().size()));
  }

  /** A vCPU that was left in the VMM without an end stands there still. */
  private Duration frozenUntil(Duration end) {
    return leftAt.values().stream().map(end::minus).reduce(frozen, Duration::plus);
  }

  private static int has(Played played, Class<? extends Finding> kind) {
    return (int) played.verdict().findings().stream().filter(kind::isInstance).count();
  }

  private Tally tally(
      int refaults, Contents contents, Remembered remembered, Borne borne, Exposure exposure) {
    return new Tally(
        exits,
        runs,
        new Conversions(byVmm, byVmmFailed, byKvm, byKvmFailed, flips, lastReferences),
        refaults,
        new Notices(prepared, committed, aborted, lastReferences),
        contents.lostPages(),
        exposure,
        new Retries(guestRetries, vmmRetries, kernelRetries + remembered.busy()),
        remembered.carried(),
        borne);
  }

  private void count(Duration at, RoadEvent event) {
    switch (event) {
      case RoadEvent.ActionBegun begun -> callsOfRequest.put(begun.vcpu(), new HashSet<>());
      case RoadEvent.CallMade made -> {
        boolean isNew =
            callsOfRequest.computeIfAbsent(made.vcpu(), vcpu -> new HashSet<>()).add(made.call());
        guestRetries += isNew ? 0 : 1;
      }
      case RoadEvent.CallReturned returned -> {}
      case RoadEvent.InstructionExecuted executed -> {}
      case RoadEvent.ActionFinished finished -> {
        failures += finished.result() instanceof ActionResult.GaveUp ? 1 : 0;
        exceptions += finished.result() instanceof ActionResult.Excepted ? 1 : 0;
      }
      case RoadEvent.RunLeft left -> {
        inRun = false;
        exits.merge(Words.of(left.exit()), 1, Integer::sum);
        ends += isEnd(left.exit()) ? 1 : 0;
        if (!(left.exit() instanceof Exit.Halt)) {
          leftAt.put(left.vcpu(), at);
        }
      }
      case RoadEvent.RunEntered entered -> {
        inRun = true;
        runs++;
        Duration left = leftAt.remove(entered.vcpu());
        frozen = left == null ? frozen : frozen.plus(at.minus(left));
      }
      case RoadEvent.PageMapped mapped -> {}
      case RoadEvent.WishRead read -> {}
      case RoadEvent.ParticipantPrepared done -> prepared++;
      case RoadEvent.ParticipantCommitted done -> committed++;
      case RoadEvent.ParticipantAborted done -> aborted++;
      case RoadEvent.VcpuHeld held -> vmmRetries++;
      case RoadEvent.WishSettled settled -> {}
      case RoadEvent.RangePoisoned poisoned -> {}
      case RoadEvent.ConversionTried tried -> count(tried);
      case RoadEvent.PagesWithheld withheld -> {}
      case RoadEvent.PagesFlipped flipped -> {
        flips++;
        // To shared it takes the conversion's way, which was counted just before.
        byKvm -= flipped.target() == Shareability.SHARED ? 1 : 0;
      }
      case RoadEvent.LastReferenceDropped dropped -> lastReferences++;
      case RoadEvent.PrivatePageReached reached -> {}
    }
  }

  private static boolean isEnd(Exit exit) {
    return exit instanceof Exit.SystemEvent event && event.kind() == SystemEventKind.TERMINATED;
  }

  private void count(RoadEvent.ConversionTried tried) {
    boolean failed = !tried.outcome().succeeded();
    if (inRun) {
      Conversion conversion = new Conversion(tried.range(), tried.target());
      byKvm++;
      byKvmFailed += failed ? 1 : 0;
      kernelRetries += failedInRun.contains(conversion) ? 1 : 0;
      if (failed) {
        failedInRun.add(conversion);
      } else {
        failedInRun.remove(conversion);
      }
    } else {
      byVmm++;
      byVmmFailed += failed ? 1 : 0;
    }
  }
}
