package io.github.gmem4j.cli.telling;

import io.github.gmem4j.api.memory.Blocker;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.participant.Preparation;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.policy.Wish;
import io.github.gmem4j.cli.scenario.Words;
import java.util.List;

/** What goes on in the VMM, in words. */
final class VmmWords {
  private static final int BLOCKERS_SHOWN = 2;

  private VmmWords() {}

  /** Returns what the VMM reads in an exit. */
  static String of(Wish.Convert wish) {
    String why =
        switch (wish.origin()) {
          case EXPLICIT -> "the guest asks for ";
          case IMPLICIT -> "the guest's touch asks for ";
        };
    return why + GuestWords.wish(wish.range(), wish.target());
  }

  /** Returns what a participant answers. */
  static String of(Preparation answer) {
    return switch (answer) {
      case Preparation.Ready ready -> "is prepared";
      case Preparation.NeedsTime needs when needs.hint().isZero() -> "needs time";
      case Preparation.NeedsTime needs -> "needs " + needs.hint().toMillis() + " ms";
      case Preparation.Refused refused -> "refuses: " + refused.reason();
    };
  }

  /** Returns what came of a wish. */
  static String of(Settlement settlement) {
    return switch (settlement) {
      case Settlement.Fulfilled fulfilled -> "settled: fulfilled";
      case Settlement.Ready ready -> "settled: all are prepared, the kernel converts";
      case Settlement.RetryLater later -> "settled: the guest shall ask again, " + of(later.why());
      case Settlement.GaveUp gaveUp ->
          "gives up after %s: %s"
              .formatted(
                  gaveUp.attempts() == 1 ? "1 try" : gaveUp.attempts() + " tries",
                  of(gaveUp.why()));
      case Settlement.Refused refused -> "settled: refused by " + refused.participant();
      case Settlement.Rejected rejected -> "settled: rejected, " + failure(rejected.outcome());
      case Settlement.Unbacked unbacked ->
          "settled: no guest memory behind %s of it"
              .formatted(unbacked.entirely() ? "any part" : "a part");
      case Settlement.Poisoned poisoned ->
          "settled: %s is poisoned, %s".formatted(poisoned.range(), poisoned.reason());
    };
  }

  private static String of(Settlement.Obstacle obstacle) {
    return obstacle
        .outcome()
        .map(blocked -> holders(blocked))
        .or(() -> obstacle.participant().map(name -> name + " needs time"))
        .or(() -> obstacle.errorOffset().map(at -> "the kernel found a page held at " + at))
        .orElse("the kernel asked again");
  }

  /** Returns why a conversion did not happen. */
  static String failure(ConversionOutcome outcome) {
    return switch (outcome) {
      case ConversionOutcome.Converted converted -> "converted";
      case ConversionOutcome.AlreadyThere there -> "nothing to do";
      case ConversionOutcome.Blocked blocked -> holders(blocked);
      case ConversionOutcome.OutOfMemory exhausted -> "no memory for the bookkeeping";
      case ConversionOutcome.Rejected rejected -> rejected.reason();
    };
  }

  /** Returns who holds which page; the kernel may know a holder that nobody else does. */
  static String holders(ConversionOutcome.Blocked blocked) {
    List<Blocker> blockers = blocked.blockers();
    PageIndex erring = blocked.errorOffset().page();
    String unknown = "somebody unknown holds " + erring;
    if (blockers.isEmpty()) {
      return unknown;
    }
    List<String> shown =
        blockers.stream()
            .limit(BLOCKERS_SHOWN)
            .map(blocker ->
                "%s holds %s (%s)"
                    .formatted(blocker.holder(), blocker.page(), Words.of(blocker.kind())))
            .toList();
    int more = blockers.size() - shown.size();
    String known = String.join(", ", shown) + (more > 0 ? ", and " + more + " more" : "");
    boolean named = blockers.stream().anyMatch(blocker -> blocker.page().equals(erring));
    return named ? known : unknown + ", " + known;
  }
}
