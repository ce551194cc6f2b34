package io.github.gmem4j.core.vmm;

import io.github.gmem4j.api.participant.Participant;
import io.github.gmem4j.api.participant.PlannedConversion;
import io.github.gmem4j.api.road.RoadEvent;

/** The one commit or abort that a participant is owed for a piece that it prepared for (C5). */
sealed interface LastWord {
  /** The piece has the state that it was to get. */
  record Commit(Participant participant, PlannedConversion piece) implements LastWord {
    @Override
    public void say() {
      participant.commit(piece);
    }

    @Override
    public RoadEvent said() {
      return new RoadEvent.ParticipantCommitted(participant.name(), piece);
    }

    @Override
    public String word() {
      return "commit";
    }
  }

  /** It has not. */
  record Abort(Participant participant, PlannedConversion piece) implements LastWord {
    @Override
    public void say() {
      participant.abort(piece);
    }

    @Override
    public RoadEvent said() {
      return new RoadEvent.ParticipantAborted(participant.name(), piece);
    }

    @Override
    public String word() {
      return "abort";
    }
  }

  /** Returns who is owed it. */
  Participant participant();

  /** Returns the piece. */
  PlannedConversion piece();

  /** Tells the participant. */
  void say();

  /** Returns what the listener is told afterwards. */
  RoadEvent said();

  /** Returns the name of what the participant is asked to do. */
  String word();
}
