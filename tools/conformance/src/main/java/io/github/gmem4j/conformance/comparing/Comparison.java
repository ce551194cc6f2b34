package io.github.gmem4j.conformance.comparing;

import io.github.gmem4j.conformance.Disagreement;
import io.github.gmem4j.conformance.recording.Field;
import io.github.gmem4j.conformance.recording.RecordedLine;
import io.github.gmem4j.conformance.recording.RecordedSequence;
import io.github.gmem4j.conformance.recording.Result;
import java.util.Optional;

/** Compares what was played with what was recorded. */
public final class Comparison {
  private Comparison() {}

  /** Returns the disagreement about one line, if there is any in any field. */
  public static Optional<Disagreement> of(
      RecordedSequence<?, ?> sequence, RecordedLine<?> line, Result played) {
    Result recorded = line.recorded();
    if (recorded.equals(played)) {
      return Optional.empty();
    }
    return Optional.of(
        new Disagreement(
            sequence.file(),
            line.number(),
            sequence.number(),
            line.index(),
            line.name(),
            recorded.differingFields(played).stream().map(Field::json).toList(),
            ResultJson.of(recorded),
            ResultJson.of(played)));
  }
}
