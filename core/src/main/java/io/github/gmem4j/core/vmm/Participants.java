package io.github.gmem4j.core.vmm;

import io.github.gmem4j.api.participant.Participant;
import io.github.gmem4j.api.participant.PlannedConversion;
import io.github.gmem4j.api.participant.Preparation;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.core.boundary.Answered;
import java.util.ArrayList;
import java.util.List;

/** All participants of a VM, in order. */
final class Participants {
  private final List<Participant> participants;
  private final RoadListener listener;

  Participants(List<Participant> participants, RoadListener listener) {
    this.participants = List.copyOf(participants);
    this.listener = listener;
  }

  /** What preparing everybody came to. */
  sealed interface Prepared {
    /** Everybody is ready. */
    record All(Readiness readiness) implements Prepared {}

    /** Somebody is not; all who were ready have aborted. */
    record NotAll(Participant who, Preparation answer, List<String> broken) implements Prepared {}
  }

  /**
   * Prepares everybody for every piece, piece by piece; those who were ready abort if one is not.
   */
  Prepared prepare(List<PlannedConversion> pieces) {
    Readiness readiness = new Readiness(listener);
    boolean allReady = false;
    try {
      for (PlannedConversion piece : pieces) {
        for (Participant participant : participants) {
          Preparation answer = ask(participant, piece);
          if (!(answer instanceof Preparation.Ready)) {
            return new Prepared.NotAll(participant, answer, readiness.abortAll());
          }
          readiness.add(participant, piece);
        }
      }
      allReady = true;
      return new Prepared.All(readiness);
    } finally {
      if (!allReady) {
        readiness.abortAll();
      }
    }
  }

  private Preparation ask(Participant participant, PlannedConversion piece) {
    Preparation answer =
        Answered.by(
            "participant '" + participant.name() + "'", "prepare", participant.prepare(piece));
    listener.on(new RoadEvent.ParticipantPrepared(participant.name(), piece, answer));
    return answer;
  }

  /** Those who are ready: each is owed exactly one commit or abort. */
  static final class Readiness {
    /** One participant that is ready for one piece. */
    private record Ready(Participant participant, PlannedConversion piece) {}

    private final RoadListener listener;
    private final List<Ready> ready = new ArrayList<>();

    Readiness(RoadListener listener) {
      this.listener = listener;
    }

    void add(Participant participant, PlannedConversion piece) {
      ready.add(new Ready(participant, piece));
    }

    /** Commits those of some pieces, in order, then aborts the others in reverse. */
    List<String> commit(List<PlannedConversion> converted) {
      List<String> broken = new ArrayList<>();
      for (Ready one : List.copyOf(ready)) {
        if (converted.contains(one.piece())) {
          ready.remove(one);
          try {
            one.participant().commit(one.piece());
            listener.on(new RoadEvent.ParticipantCommitted(one.participant().name(), one.piece()));
          } catch (RuntimeException e) {
            broken.add(one.participant().name() + " failed to commit: " + e);
          }
        }
      }
      broken.addAll(abortAll());
      return broken;
    }

    /**
     * Aborts everybody who is still ready, in reverse order.
     *
     * @return what went wrong; each a broken promise
     */
    List<String> abortAll() {
      List<String> broken = new ArrayList<>();
      while (!ready.isEmpty()) {
        Ready one = ready.removeLast();
        try {
          one.participant().abort(one.piece());
          listener.on(new RoadEvent.ParticipantAborted(one.participant().name(), one.piece()));
        } catch (RuntimeException e) {
          broken.add(one.participant().name() + " failed to abort: " + e);
        }
      }
      return broken;
    }
  }
}
