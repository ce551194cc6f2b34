package io.github.gmem4j.conformance.crowd;

import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.conformance.crowd.Log.Entry;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * The engine does in turn, by when each was over, what a crowd did at once. A page that no two of
 * the last changes of which met must be left alike by both.
 */
final class Ends {
  private final Stage stage;
  private final Log log = new Log();
  private final Guest guest;
  private final boolean zeroes;

  private Ends(Stage stage, boolean zeroes) {
    this.stage = stage;
    this.guest = new Guest("engine", stage.vcpus().getFirst(), stage, log, new Random(0));
    this.zeroes = zeroes;
  }

  /**
   * Returns what differs, in words.
   *
   * @param after a moment after everything
   * @param kernel what a guest found in each page afterwards
   */
  static List<String> differences(
      List<Entry> entries, Judge judge, Stage real, Interval after, List<Byte> kernel) {
    try (Stage stage =
        Stage.in(Engine.inMemory().createVm(SoftwareProtectedPolicy.create()), 1, false)) {
      Ends engine = new Ends(stage, real.zeroes());
      entries.stream()
          .sorted(Comparator.comparingLong(entry -> entry.when().end()))
          .forEach(entry -> engine.follow(entry.deed()));
      List<String> differences = new ArrayList<>();
      for (int page = 0; page < Stage.PAGES; page++) {
        Shareability state = real.memory().shareability(new PageIndex(page));
        Set<Shareability> states = judge.statesOf(page, after);
        engine.compare(differences, states, page + "'s state", engine.state(page), state);
        Set<Byte> bytes = judge.bytesOf(page, after);
        engine.compare(differences, bytes, page + "'s byte", engine.found(page), kernel.get(page));
      }
      return differences;
    }
  }

  private <V> void compare(
      List<String> differences, Set<V> possible, String what, V engine, V kernel) {
    if (possible.size() == 1 && !engine.equals(kernel)) {
      differences.add("in the end page %s: engine %s, kernel %s".formatted(what, engine, kernel));
    }
  }

  private Shareability state(long page) {
    return stage.memory().shareability(new PageIndex(page));
  }

  private byte found(long page) {
    guest.load(page);
    return log.entries().getLast().deed() instanceof Deed.GuestLoaded(long same, byte value)
        ? value
        : 0;
  }

  private void follow(Deed deed) {
    switch (deed) {
      case Deed.Converted(PageRange pages, Shareability target, ConversionOutcome.Converted done) ->
          convert(pages, target);
      case Deed.HostStored(long page, HostAccess.Done done, byte value) -> guest.store(page, value);
      case Deed.GuestStored(long page, byte value) -> guest.store(page, value);
      case Deed.Punched(PageRange pages) -> stage.memory().punchHole(pages.bytes()).orThrow();
      default -> {}
    }
  }

  private void convert(PageRange pages, Shareability target) {
    // One page that was converted has changed, though here another may have come first.
    List<Long> changed =
        LongStream.range(pages.first().value(), pages.endExclusive())
            .filter(page -> pages.count().value() == 1 || state(page) != target)
            .boxed()
            .toList();
    stage.convert(pages, target);
    if (zeroes) {
      changed.forEach(page -> stage.memory().punchHole(PageRange.of(page, 1).bytes()).orThrow());
    }
  }
}
