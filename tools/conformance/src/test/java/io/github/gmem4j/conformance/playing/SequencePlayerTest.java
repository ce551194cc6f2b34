package io.github.gmem4j.conformance.playing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.conformance.recording.RecordedSequence;
import io.github.gmem4j.conformance.recording.Recordings;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class SequencePlayerTest {
  static Stream<Named<RecordedSequence>> sequences() {
    return Stream.of(Recordings.B, Recordings.C)
        .flatMap(file -> Recordings.sequences(file).stream())
        .map(sequence ->
            Named.of(
                "%s, sequence %d, %s"
                    .formatted(
                        sequence.file().getFileName(), sequence.number(), sequence.vm().profile()),
                sequence));
  }

  @ParameterizedTest
  @MethodSource("sequences")
  void theEngineDoesWhatTheKernelDid(RecordedSequence sequence) {
    assertEquals(List.of(), SequencePlayer.play(sequence).disagreements());
  }
}
