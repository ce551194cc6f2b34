package io.github.gmem4j.conformance.operation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.conformance.recording.Recorded;
import io.github.gmem4j.conformance.recording.RecordedLine;
import io.github.gmem4j.conformance.recording.Recordings;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class OperationNamesTest {
  @Test
  void everyRecordedOperationHasTheNameThatItWasReadBy() {
    Set<String> seen = new TreeSet<>();
    for (Recorded recorded : Recordings.sequences(Recordings.C)) {
      if (recorded instanceof Recorded.OfGuestMemory(var sequence)) {
        for (RecordedLine<Operation> line : sequence.lines()) {
          assertEquals(line.name(), OperationNames.of(line.operation()));
          seen.add(line.name());
        }
      }
    }
    assertTrue(seen.size() > 25, seen.toString());
  }
}
