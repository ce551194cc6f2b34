package io.github.gmem4j.testkit.value;

import io.github.gmem4j.api.memory.Blocker;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.policy.PolicyTraits.Converter;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.policy.Settlement.Obstacle;
import io.github.gmem4j.api.policy.Wish;
import io.github.gmem4j.api.vm.GfnRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes {@link Settlement}s. */
public final class Settlements {
  private Settlements() {}

  /** Returns that somebody held a page at every try. */
  public static Settlement gaveUpOn(Blocker blocker, int attempts) {
    return new Settlement.GaveUp(Obstacle.held(Outcomes.blockedBy(blocker)), attempts);
  }

  /** Returns that somebody holds a page and the guest should ask again. */
  public static Settlement retryBecauseOf(Blocker blocker) {
    return new Settlement.RetryLater(Obstacle.held(Outcomes.blockedBy(blocker)));
  }

  /** Returns that a participant does not agree. */
  public static Settlement refusedBy(String participant) {
    return new Settlement.Refused(participant, "refused for a test");
  }

  /** Returns that the kernel does not accept it. */
  public static Settlement rejectedWith(Errno errno) {
    return new Settlement.Rejected(Outcomes.rejected(errno));
  }

  /** Returns that nobody knows any more who may touch the range. */
  public static Settlement poisoned(GfnRange range) {
    return new Settlement.Poisoned(range, "poisoned for a test");
  }

  /** Returns the settlements, of each kind, in which a wish is not fulfilled. */
  public static List<Settlement> withoutSuccess(Wish.Convert wish) {
    Blocker blocker = Blockers.of(0).heldBy("vfio").forLong().build();
    List<Settlement> all = new ArrayList<>();
    for (Obstacle obstacle :
        List.of(
            Obstacle.held(Outcomes.blockedBy(blocker)),
            Obstacle.needsTime("driver"),
            Obstacle.askedAgain(Optional.empty()),
            Obstacle.askedAgain(Optional.of(ByteOffset.ZERO)))) {
      all.add(new Settlement.RetryLater(obstacle));
      all.add(new Settlement.GaveUp(obstacle, 1));
    }
    all.add(refusedBy("driver"));
    Outcomes.ofEachKind(wish.target()).stream()
        .filter(outcome -> !outcome.succeeded())
        .forEach(outcome -> all.add(new Settlement.Rejected(outcome)));
    all.add(new Settlement.Unbacked(false));
    all.add(new Settlement.Unbacked(true));
    if (wish.range().isPageAligned() && !wish.range().isEmptyOrWraps()) {
      all.add(poisoned(wish.range().frames()));
    }
    return List.copyOf(all);
  }

  /** Returns each kind of settlement that a wish can have. */
  public static List<Settlement> ofEachKind(Wish.Convert wish) {
    List<Settlement> all = new ArrayList<>(withoutSuccess(wish));
    all.add(Settlement.FULFILLED);
    if (wish.by() == Converter.KVM) {
      all.add(Settlement.READY);
    }
    return List.copyOf(all);
  }
}
